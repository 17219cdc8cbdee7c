import { element } from './element.ts';

const TOAST_MS = 3500;

/** Shows a short note above the page for a few seconds. */
export const showToast = (text: string): void => {
  const toast = element('div', { class: 'toast', role: 'status', data: { testid: 'toast' } }, text);
  document.querySelector('.toast')?.remove();
  document.body.append(toast);
  setTimeout(() => toast.remove(), TOAST_MS);
};

/** Shows a note that stays until the person presses OK. */
export const showAlert = (text: string): void => {
  const dialog = element(
    'dialog',
    { class: 'ask', role: 'alertdialog', 'aria-label': 'Answer of the bot', data: { testid: 'alert' } },
    element(
      'form',
      { method: 'dialog' },
      element('p', { dir: 'auto' }, text),
      element('div', { class: 'ask-buttons' }, element('button', { class: 'primary' }, 'OK')),
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};
