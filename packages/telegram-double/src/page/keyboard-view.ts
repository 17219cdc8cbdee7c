import type { ButtonView, MessageView } from '../double-api.ts';
import { element } from './element.ts';
import type { PageActions } from './page-actions.ts';
import { safeHref } from './rich-text.ts';

/** Draws the inline keyboard of a message. A pressed button spins until the bot answers. */
export const keyboardView = (message: MessageView, actions: PageActions): HTMLElement =>
  element(
    'div',
    { class: 'keyboard', role: 'group', 'aria-label': 'Buttons' },
    ...message.buttons.map((buttons, row) =>
      element(
        'div',
        { class: 'keyboard-row' },
        ...buttons.map((button, column) => buttonView(message, button, row, column, actions)),
      ),
    ),
  );

const buttonView = (
  message: MessageView,
  button: ButtonView,
  row: number,
  column: number,
  actions: PageActions,
): HTMLElement => {
  const className = `key key-${['danger', 'success', 'primary'].find((style) => style === button.style) ?? 'plain'}`;
  const href = button.url === undefined ? null : safeHref(button.url);
  if (href !== null) {
    return element(
      'a',
      {
        class: `${className} key-link`,
        href,
        target: '_blank',
        rel: 'noopener noreferrer',
        data: { testid: 'button' },
      },
      button.text,
    );
  }
  const view = element(
    'button',
    { type: 'button', class: className, data: { testid: 'button' } },
    element('span', { dir: 'auto' }, button.text),
  );
  view.addEventListener('click', () => {
    if (button.copyText !== undefined) return actions.copy(button.copyText);
    if (view.getAttribute('aria-busy') === 'true') return undefined;
    view.setAttribute('aria-busy', 'true');
    void actions.press(message, button, row, column).finally(() => view.removeAttribute('aria-busy'));
    return undefined;
  });
  return view;
};
