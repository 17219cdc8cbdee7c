import type { AccessOrder, ActivationOrder } from './access-order.ts';
import type { AllowedGroup } from './access-record.ts';
import type { EntryId, TurnId } from './ids.ts';
import { entryBytes } from './lane-limits.ts';
import type { LaneSettings } from './lane-settings.ts';

export type MenuName = 'settings' | 'model' | 'heartbeat';

/** What a button does. A setting is set to a value and never flipped, so that doing it again changes nothing. */
export type MenuAction =
  | { readonly kind: 'open'; readonly menu: MenuName }
  /** Changes the settings and shows the menu `menu` as it is then. */
  | { readonly kind: 'set'; readonly settings: LaneSettings; readonly menu: MenuName }
  /** In a group: sets when the bot answers there, which the access record keeps, and shows the menu as it is then. */
  | { readonly kind: 'activate'; readonly activation: AllowedGroup['activation']; readonly menu: MenuName }
  | { readonly kind: 'close' };

/** What a button of a card decides. */
export type CardAction =
  /**
   * An order of the owner. `shows`: what the card reads afterwards: its own words with the outcome below, or a page to go on
   * from, which is the list of who has access where the order has none of its own.
   */
  | {
      readonly kind: 'order';
      readonly order: AccessOrder | ActivationOrder;
      readonly shows: 'outcome' | 'page';
    }
  /** About the call that the turn `of` waits with. `always`: the consent rule that needs no asking from here on. */
  | { readonly kind: 'decide'; readonly of: TurnId; readonly isAllowed: boolean; readonly always?: string };

export interface MenuButton<Action = MenuAction> {
  readonly label: string;
  readonly action: Action;
}

export interface Menu<Action = MenuAction> {
  readonly markdown: string;
  readonly rows: readonly (readonly MenuButton<Action>[])[];
}

/** A message with buttons whose words are its own: it asks for a decision. */
export interface Card extends Menu<CardAction> {
  /** Whoever is asked; nobody else can use it. */
  readonly userId: string;
  readonly expiresAtMs: number;
}

interface Shown {
  /** Random, and new each time it is shown: a button of an older showing says so by it. */
  readonly nonce: string;
  /** Who it is for; nobody else can use it. */
  readonly userId: string;
  readonly expiresAtMs: number;
}

/** A menu that stands in a chat and can be used once: the press that it takes replaces it. */
export interface OpenMenu extends Shown {
  readonly name: MenuName;
  /** What the buttons do, in reading order. */
  readonly actions: readonly MenuAction[];
}

/**
 * A card that stands in a chat. The press that it takes takes its buttons away: without rows nothing can be pressed any more,
 * and its words stay.
 */
export interface OpenCard extends Shown, Menu<CardAction> {
  readonly name: 'card';
  /** A press that was taken and is not carried out yet. */
  readonly taken?: { readonly entryId: EntryId; readonly action: Extract<CardAction, { kind: 'order' }> };
}

/** What the lane knows of its messages with buttons, by message number. */
export type OpenMenus = Readonly<Record<string, OpenMenu | OpenCard>>;

/** What comes back when somebody presses a button. */
export interface Press {
  readonly nonce: string;
  /** The button's place in reading order. */
  readonly index: number;
  /** The message that the button stands under. */
  readonly messageId: number;
}

/** A menu is forgotten after this long. */
export const MENU_LASTS_MS = 24 * 3_600_000;
/** So long after its end the lane still knows the words of a card. */
export const CARD_KEPT_MS = 24 * 3_600_000;
/** What a card may say, so that the outcome fits below it and all cards of a lane into its item. */
export const CARD_MAX_CHARS = 3_000;
/** How many menus of a lane can be used at a time, the newest. */
const MENUS_KEPT = 8;
/** How many cards of a lane are known at a time. Beside a full inbox they must fit into one item of 400 KB. */
const CARDS_KEPT = 12;
const CARDS_MAX_BYTES = 64 * 1024;

/** A card's nonce tells what it is of, also when the card itself is forgotten: its words are never written over. */
export const cardNonce = (random: string): string => `card-${random}`;
const isCardNonce = (nonce: string): boolean => nonce.startsWith('card-');

/** The lane's menus with this one under the message, or with none there; without those that have expired. */
export const menusWith = (
  menus: OpenMenus = {},
  messageId: number,
  menu: OpenMenu | OpenCard | null,
  nowMs: number,
): OpenMenus => {
  const others = Object.entries(menus).filter(
    ([id, one]) => id !== String(messageId) && nowMs < one.expiresAtMs + (one.name === 'card' ? CARD_KEPT_MS : 0),
  );
  const all = menu === null ? others : [...others, [String(messageId), menu] as const];
  const kept = all
    .filter(([, { name }]) => name !== 'card')
    .sort(([, a], [, b]) => a.expiresAtMs - b.expiresAtMs)
    .slice(-MENUS_KEPT);
  // A card may last for minutes or a day: how new it is tells its message's number. Those that are over go first.
  const rankOf = ([id, card]: readonly [string, OpenCard]): number =>
    id === String(messageId) ? 2 : Number(isOpen(card, nowMs));
  const cards = all
    .flatMap(([id, shown]) => (shown.name === 'card' ? [[id, shown] as const] : []))
    .sort((a, b) => rankOf(b) - rankOf(a) || Number(b[0]) - Number(a[0]))
    .slice(0, CARDS_KEPT);
  let bytes = 0;
  const tooMany = cards.findIndex(([, card], at) => (bytes += entryBytes(card)) > CARDS_MAX_BYTES && at > 0);
  return Object.fromEntries([...kept, ...(tooMany === -1 ? cards : cards.slice(0, tooMany))]);
};

const isOpen = ({ taken, rows, expiresAtMs }: OpenCard, nowMs: number): boolean =>
  taken !== undefined || (rows.length > 0 && nowMs < expiresAtMs);

export type PressOutcome =
  /** A button of a menu. */
  | { readonly kind: 'pressed'; readonly action: MenuAction }
  /** A button of a card. */
  | { readonly kind: 'chosen'; readonly action: CardAction; readonly card: OpenCard }
  /** It is somebody else's: it stays as it is. */
  | { readonly kind: 'foreign' }
  /** It has been shown anew or decided since: it stays as it is. */
  | { readonly kind: 'replaced' }
  /** A card whose time was over before anybody decided. */
  | { readonly kind: 'expired'; readonly card: OpenCard }
  /** No menu can be used there: it has expired, was closed, or never was. */
  | { readonly kind: 'unused' };

/**
 * What a press means, going by the lane's menus. A button counts once: whoever acts on `pressed` or `chosen` must replace what
 * it stands under, in the write that takes the press.
 */
export const resolvePress = (menus: OpenMenus = {}, press: Press, userId: string, nowMs: number): PressOutcome => {
  const { nonce, index, messageId } = press;
  const shown = Object.hasOwn(menus, messageId) ? menus[messageId] : undefined;
  // The words of a card that was forgotten are never written over.
  if (shown === undefined) return { kind: isCardNonce(nonce) ? 'replaced' : 'unused' };
  const isOver = nowMs >= shown.expiresAtMs;
  if (shown.name !== 'card' && isOver) return { kind: 'unused' };
  if (shown.userId !== userId) return { kind: 'foreign' };
  if (shown.nonce !== nonce) return { kind: 'replaced' };
  if (shown.name !== 'card') {
    const action = shown.actions[index];
    return action === undefined ? { kind: 'replaced' } : { kind: 'pressed', action };
  }
  const action = shown.rows.flat()[index]?.action;
  if (action === undefined) return { kind: 'replaced' };
  return isOver ? { kind: 'expired', card: shown } : { kind: 'chosen', action, card: shown };
};

/** A card that is over: its own words with the outcome below, without buttons. */
export const closedCard = ({ taken: _done, ...card }: OpenCard, outcome: string): OpenCard => ({
  ...card,
  markdown: `${card.markdown}\n\n${outcome}`,
  rows: [],
});
