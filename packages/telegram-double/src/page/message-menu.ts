import type { MessageView, PersonView } from '../double-api.ts';
import { element, icon, type IconName } from './element.ts';
import type { PageActions } from './page-actions.ts';

const QUICK_REACTIONS = ['👍', '❤️', '🔥', '🎉', '😁', '👀', '🤔'];

/** Opens the actions of a message where it was pressed. */
export const openMessageMenu = (
  message: MessageView,
  own: boolean,
  { me, inGroup, actions }: { readonly me: PersonView; readonly inGroup: boolean; readonly actions: PageActions },
  event: Event,
): void => {
  const current = message.reactions.find(({ userIds }) => userIds.includes(me.id))?.emoji ?? null;
  const emojis = QUICK_REACTIONS.map((emoji) => ({
    label: emoji,
    pressed: emoji === current,
    act: () => actions.react(message, emoji === current ? null : emoji),
  }));
  const items: MenuItem[] = [
    { icon: 'reply', label: 'Reply', act: () => actions.startReply(message) },
    ...(message.text === ''
      ? []
      : [{ icon: 'copy' as const, label: 'Copy text', act: () => actions.copy(message.text) }]),
    ...(own && message.text !== ''
      ? [{ icon: 'edit' as const, label: 'Edit', act: () => actions.startEdit(message) }]
      : []),
    // In a private chat either side may delete what the other one said.
    ...(own || !inGroup ? [{ icon: 'trash' as const, label: 'Delete', act: () => actions.remove(message) }] : []),
  ];
  openMenu(items, event, emojis);
};

export interface MenuItem {
  readonly icon: IconName;
  readonly label: string;
  readonly checked?: boolean;
  readonly act: () => void;
}

interface QuickChoice {
  readonly label: string;
  readonly pressed: boolean;
  readonly act: () => void;
}

/** Opens a small menu at the pressed place; Escape or a press elsewhere closes it, arrow keys move in it. */
export const openMenu = (items: readonly MenuItem[], event: Event, quick: readonly QuickChoice[] = []): void => {
  const menu = element('div', { class: 'menu', popover: 'auto', role: 'menu' });
  const choose = (act: () => void) => (): void => {
    menu.hidePopover();
    act();
  };
  if (quick.length > 0) {
    const row = quick.map(({ label, pressed, act }) =>
      element(
        'button',
        {
          type: 'button',
          role: 'menuitem',
          class: pressed ? 'menu-emoji pressed' : 'menu-emoji',
          on: { click: choose(act) },
        },
        label,
      ),
    );
    menu.append(element('div', { class: 'menu-emojis' }, ...row));
  }
  for (const item of items) {
    const role = item.checked === undefined ? 'menuitem' : 'menuitemradio';
    menu.append(
      element(
        'button',
        {
          type: 'button',
          role,
          'aria-checked': item.checked === undefined ? undefined : String(item.checked),
          class: 'menu-item',
          on: { click: choose(item.act) },
        },
        icon(item.checked === true ? 'check' : item.icon),
        element('span', { dir: 'auto' }, item.label),
      ),
    );
  }
  const cameFrom = document.activeElement;
  menu.addEventListener('toggle', (toggled) => {
    if (!(toggled instanceof ToggleEvent) || toggled.newState !== 'closed') return;
    menu.remove();
    if (document.activeElement === document.body && cameFrom instanceof HTMLElement) cameFrom.focus();
  });
  menu.addEventListener('keydown', (pressed) => moveInMenu(menu, pressed));
  document.body.append(menu);
  menu.showPopover();
  placeMenu(menu, event);
  menu.querySelector<HTMLElement>('.menu-item')?.focus();
};

const moveInMenu = (menu: HTMLElement, event: KeyboardEvent): void => {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const buttons = [...menu.querySelectorAll<HTMLElement>('button')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  buttons.at((at + step) % buttons.length)?.focus();
};

const EDGE_PX = 8;

const placeMenu = (menu: HTMLElement, event: Event): void => {
  const anchor = event.currentTarget instanceof Element ? event.currentTarget.getBoundingClientRect() : null;
  const atPointer = event instanceof MouseEvent && event.type === 'contextmenu';
  const left = atPointer ? event.clientX : (anchor?.left ?? 0);
  const top = atPointer ? event.clientY : (anchor?.bottom ?? 0) + 4;
  const { offsetWidth: width, offsetHeight: height } = menu;
  const roomBelow = top + height + EDGE_PX <= innerHeight;
  menu.style.left = `${Math.max(EDGE_PX, Math.min(left, innerWidth - width - EDGE_PX))}px`;
  menu.style.top = `${Math.max(EDGE_PX, roomBelow ? top : Math.min(top, innerHeight) - height - EDGE_PX)}px`;
};
