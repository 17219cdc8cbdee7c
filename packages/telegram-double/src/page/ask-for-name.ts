import { element } from './element.ts';

/** Asks for one line of text. @returns null when the person turned back or left it empty. */
export const askForName = (title: string): Promise<string | null> => {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const input = element('input', {
    type: 'text',
    'aria-label': title,
    maxlength: 128,
    required: true,
    autocomplete: 'off',
  });
  const cancel = element('button', { type: 'button', class: 'quiet' }, 'Cancel');
  const dialog = element(
    'dialog',
    { class: 'ask', 'aria-label': title },
    element(
      'form',
      { method: 'dialog' },
      element('h2', {}, title),
      input,
      element('div', { class: 'ask-buttons' }, cancel, element('button', { class: 'primary', value: 'ok' }, 'OK')),
    ),
  );
  cancel.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    const name = input.value.trim();
    resolve(dialog.returnValue === 'ok' && name !== '' ? name : null);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  return promise;
};
