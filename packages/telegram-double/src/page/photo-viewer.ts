import { element, iconButton } from './element.ts';

/** Shows a picture large above the page; Escape, the button or a press beside it closes it and gives focus back. */
export const openPhoto = (url: string): void => {
  const dialog = element('dialog', { class: 'photo-viewer', 'aria-label': 'Photo' });
  dialog.append(
    element('img', { src: url, alt: 'Photo' }),
    element(
      'div',
      { class: 'photo-viewer-bar' },
      element('a', { class: 'photo-viewer-link', href: `${url}?download=1`, download: '' }, 'Download'),
      iconButton('close', 'Close', () => dialog.close()),
    ),
  );
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};
