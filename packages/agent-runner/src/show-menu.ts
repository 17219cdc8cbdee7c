import { closedMenuText, MENU_LASTS_MS, menuOf, menusWith, resolvePress, withSettings } from '@agent-claw/core';
import type {
  InboxEntry,
  Keyboard,
  LaneChange,
  LaneSettings,
  Menu,
  MenuAction,
  MenuName,
  ReplyRenderer,
} from '@agent-claw/core';
import { UNUSED_MENU_TEXT } from './failure-text.ts';
import { editMessage, sendPart } from './send-part.ts';
import type { Delivery, Outbox } from './send-part.ts';

export interface MenuDeps {
  readonly renderer: ReplyRenderer;
  /** 128 random bits or more, in `A-Za-z0-9_-`. */
  readonly newNonce: () => string;
}

type Edited = Awaited<ReturnType<typeof editMessage>>;

/** Sends a menu, usable once by whoever asked for it. It is stored under its message in the write that notes the message. */
export const sendMenu = async (
  { renderer, newNonce }: MenuDeps,
  outbox: Outbox,
  key: string,
  name: MenuName,
  { sender, messageId: replyToMessageId }: Pick<InboxEntry, 'sender' | 'messageId'>,
): Promise<Delivery> => {
  const { keeper, ledger, clock } = outbox;
  const before = ledger.get(key);
  const nonce = before?.nonce ?? newNonce();
  const menu = menuOf(name, keeper.lane().settings);
  const [part] = renderer.final(menu.markdown);
  if (part === undefined) return { kind: 'delivered' };
  const keyboard = keyboardOf(menu, nonce);
  const open = openMenu(name, menu, nonce, sender.id, clock.now());
  ledger.prepare(key, nonce, (messageId) => ({ menus: menusWith(keeper.lane().menus, messageId, open, clock.now()) }));
  const options = replyToMessageId === undefined ? {} : { replyToMessageId };
  const delivery = await sendPart(outbox, key, part, { ...options, keyboard });
  // Looking for a message in the chat takes its buttons away.
  const isFound = before?.state === 'sending' && delivery.kind === 'delivered' && delivery.messageId !== undefined;
  if (!isFound) return delivery;
  const edited = await editMessage(outbox, delivery.messageId, part, { keyboard });
  return isDone(edited) ? delivery : edited;
};

/**
 * Does what a pressed button of a menu asks for, once: the write that takes the press replaces the menu, and showing the new
 * one in the message's place can be repeated. A press that means nothing any more says so, unless the message shows
 * something that is still of use.
 */
export const answerPress = async (
  deps: MenuDeps,
  outbox: Outbox,
  key: string,
  entry: InboxEntry,
): Promise<Delivery> => {
  const { keeper, ledger, clock, chat } = outbox;
  const { pressed, sender } = entry;
  const over = async (): Promise<Delivery> =>
    (await ledger.note(key, { state: 'sent' })) ? { kind: 'delivered' } : { kind: 'lease_lost' };
  if (pressed === undefined) return over();
  const { messageId } = pressed;
  if (ledger.get(key) === undefined) {
    const outcome = resolvePress(keeper.lane().menus, pressed, sender.id, clock.now());
    if (outcome.kind === 'foreign' || outcome.kind === 'replaced') return over();
    if (outcome.kind === 'unused') {
      // In a group somebody could make up a press to write over what others read.
      if (chat.isGroup) return over();
      const told = await edit(deps, outbox, messageId, { markdown: UNUSED_MENU_TEXT, rows: [] });
      return isDone(told) ? over() : told;
    }
    const nonce = outcome.action.kind === 'close' ? undefined : deps.newNonce();
    const state = { state: 'sending', messageId, ...(nonce === undefined ? {} : { nonce }) } as const;
    if (!(await ledger.note(key, state, changeBy(outcome.action, outbox, messageId, nonce, sender.id))))
      return { kind: 'lease_lost' };
  }
  const { settings, menus = {} } = keeper.lane();
  const shown = menus[messageId];
  const nonce = ledger.get(key)?.nonce;
  const isOpen = shown !== undefined && shown.nonce === nonce;
  const menu = isOpen ? menuOf(shown.name, settings) : { markdown: closedMenuText(settings), rows: [] };
  const drawn = await edit(deps, outbox, messageId, menu, nonce);
  return isDone(drawn) ? over() : drawn;
};

/** Replaces these settings of the lane, before the answer `key` says so. @returns false when the lease is gone. */
export const applySettings = async (
  { keeper, ledger }: Outbox,
  key: string,
  settings: LaneSettings | undefined,
): Promise<boolean> =>
  settings === undefined ||
  ledger.get(key) !== undefined ||
  (await ledger.note(key, { state: 'not_sent' }, { settings: withSettings(keeper.lane().settings, settings) }));

/** What taking the press changes in the lane. */
const changeBy = (
  action: MenuAction,
  { keeper, clock }: Outbox,
  messageId: number,
  nonce: string | undefined,
  userId: string,
): LaneChange => {
  const lane = keeper.lane();
  const settings = withSettings(lane.settings, action.kind === 'set' ? action.settings : {});
  const next =
    action.kind === 'close' || nonce === undefined
      ? null
      : openMenu(action.menu, menuOf(action.menu, settings), nonce, userId, clock.now());
  const menus = menusWith(lane.menus, messageId, next, clock.now());
  return action.kind === 'set' ? { settings, menus } : { menus };
};

const openMenu = (name: MenuName, menu: Menu, nonce: string, userId: string, nowMs: number) => ({
  name,
  nonce,
  userId,
  expiresAtMs: nowMs + MENU_LASTS_MS,
  actions: menu.rows.flat().map(({ action }) => action),
});

const keyboardOf = ({ rows }: Menu, nonce: string): Keyboard => {
  const all = rows.flat();
  return rows.map((row) => row.map((button) => ({ label: button.label, nonce, index: all.indexOf(button) })));
};

const edit = async (
  { renderer }: MenuDeps,
  outbox: Outbox,
  messageId: number,
  menu: Menu,
  nonce?: string,
): Promise<Edited> => {
  const [part] = renderer.final(menu.markdown);
  if (part === undefined) return { kind: 'gone' };
  return await editMessage(outbox, messageId, part, nonce === undefined ? {} : { keyboard: keyboardOf(menu, nonce) });
};

/** A message that is gone, or that may not be changed any more, is over like one that was changed. */
const isDone = (edited: Edited): edited is Extract<Edited, { kind: 'delivered' | 'gone' | 'undeliverable' }> =>
  edited.kind === 'delivered' || edited.kind === 'gone' || edited.kind === 'undeliverable';
