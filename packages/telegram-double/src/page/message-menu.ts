import type { MessageView, PersonView } from '../double-api.ts';
import { element, icon, type IconName } from './element.ts';
import type { PageActions } from './page-actions.ts';

const QUICK_REACTIONS = ['👍', '❤️', '🔥', '🎉', '😁', '👀', '🤔'];

/** Opens the actions of a message where it was pressed. */
export const openMessageMenu = (
  message: MessageView,
  /** All of its album; the message alone when there is none. */
  album: readonly MessageView[],
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
    { icon: 'forward', label: 'Forward', act: (at) => actions.startForward(album, at) },
    ...(message.text === ''
      ? []
      : [{ icon: 'copy' as const, label: 'Copy text', act: () => actions.copy(message.text) }]),
    // A forwarded message says what somebody else said.
    ...(own && message.text !== '' && message.forwardedFrom === undefined
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
  /** `at` is where the menu was: the place for one that follows it. */
  readonly act: (at: MenuPlace) => void;
}

/** Where on the page a menu opens. */
export interface MenuPlace {
  readonly left: number;
  readonly top: number;
}

interface QuickChoice {
  readonly label: string;
  readonly pressed: boolean;
  readonly act: () => void;
}

/** Opens a small menu at the pressed place; Escape or a press elsewhere closes it, arrow keys move in it. */
export const openMenu = (
  items: readonly MenuItem[],
  pressed: Event | MenuPlace,
  quick: readonly QuickChoice[] = [],
): void => {
  // Read at once: an event forgets what was pressed as soon as it is over.
  const at = pressed instanceof Event ? placeOfPress(pressed) : pressed;
  const menu = element('div', { class: 'menu', popover: 'auto', role: 'menu' });
  const choose = (act: MenuItem['act']) => (): void => {
    menu.hidePopover();
    act(at);
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
  menu.addEventListener('keydown', (key) => moveInMenu(menu, key));
  document.body.append(menu);
  menu.showPopover();
  placeMenu(menu, at);
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

const placeOfPress = (event: Event): MenuPlace => {
  if (event instanceof MouseEvent && event.type === 'contextmenu') return { left: event.clientX, top: event.clientY };
  const anchor = event.currentTarget instanceof Element ? event.currentTarget.getBoundingClientRect() : null;
  return { left: anchor?.left ?? 0, top: (anchor?.bottom ?? 0) + 4 };
};

const placeMenu = (menu: HTMLElement, { left, top }: MenuPlace): void => {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const roomBelow = top + height + EDGE_PX <= innerHeight;
  menu.style.left = `${Math.max(EDGE_PX, Math.min(left, innerWidth - width - EDGE_PX))}px`;
  menu.style.top = `${Math.max(EDGE_PX, roomBelow ? top : Math.min(top, innerHeight) - height - EDGE_PX)}px`;
};
