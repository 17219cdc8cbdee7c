import {
  closedMenuText,
  groupAt,
  isPrivateLane,
  laneAddressOf,
  MENU_LASTS_MS,
  menuOf,
  menusWith,
  resolvePress,
  withSettings,
} from '@agent-claw/core';
import type { InboxEntry, LaneChange, LaneSettings, Menu, MenuAction, MenuName, MenuPlace } from '@agent-claw/core';
import { EXPIRED_CARD_TEXT, UNUSED_MENU_TEXT } from '../delivery/failure-text.ts';
import { drawButtons, isDone, sendButtons } from './menu-message.ts';
import type { Delivery, Outbox } from '../delivery/outbox.ts';
import { finishCard, takeCard } from './show-card.ts';
import type { CardDeps } from './show-card.ts';

/** Sends a menu, usable once by whoever asked for it. It is stored under its message in the write that notes the message. */
export const sendMenu = async (
  deps: CardDeps,
  outbox: Outbox,
  key: string,
  name: MenuName,
  { sender, messageId: replyToMessageId }: Pick<InboxEntry, 'sender' | 'messageId'>,
): Promise<Delivery> => {
  const menu = menuOf(name, outbox.keeper.lane().settings, await placeIn(deps, outbox));
  const openAs = (nonce: string) => openMenu(name, menu, nonce, sender.id, outbox.clock.now());
  return sendButtons(deps, outbox, key, menu, { newNonce: deps.newNonce, openAs, replyToMessageId });
};

/**
 * Does what a pressed button asks for, once: the write that takes the press replaces what it stands under, and showing the new
 * one in the message's place can be repeated. A press that means nothing any more says so, unless the message shows
 * something that is still of use.
 */
export const answerPress = async (
  deps: CardDeps,
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
  const say = async (markdown: string): Promise<Delivery> => {
    const told = await drawButtons(deps, outbox, messageId, { markdown, rows: [] });
    return isDone(told) ? over() : told;
  };
  if (ledger.get(key) === undefined) {
    const outcome = resolvePress(keeper.lane().menus, pressed, sender.id, clock.now());
    switch (outcome.kind) {
      case 'foreign':
      case 'replaced':
        return over();
      case 'unused':
        // In a group somebody could make up a press to write over what others read.
        return chat.isGroup ? over() : say(UNUSED_MENU_TEXT);
      case 'expired':
        return say(`${outcome.card.markdown}\n\n${EXPIRED_CARD_TEXT}`);
      case 'chosen': {
        const { card, action } = outcome;
        // A decision about a call is a turn of its own, which takes the press.
        if (action.kind === 'decide') return over();
        if (!(await takeCard(outbox, key, messageId, card, { entryId: entry.id, action })))
          return { kind: 'lease_lost' };
        break;
      }
      case 'pressed': {
        // Before the press is taken: doing it again sets the same.
        if (outcome.action.kind === 'activate' && !(await activate(deps, outbox, entry, outcome.action))) return over();
        const nonce = outcome.action.kind === 'close' ? undefined : deps.newNonce();
        const state = { state: 'sending', messageId, ...(nonce === undefined ? {} : { nonce }) } as const;
        const change = changeBy(outcome.action, outbox, messageId, nonce, sender.id, await placeIn(deps, outbox));
        if (!(await ledger.note(key, state, change))) return { kind: 'lease_lost' };
      }
    }
  }
  const { settings, menus = {} } = keeper.lane();
  const shown = menus[messageId];
  if (shown?.name === 'card') return finishCard(deps, outbox, key, messageId, entry);
  const nonce = ledger.get(key)?.nonce;
  const isOpen = shown !== undefined && shown.nonce === nonce;
  const place = await placeIn(deps, outbox);
  const menu = isOpen ? menuOf(shown.name, settings, place) : { markdown: closedMenuText(settings, place), rows: [] };
  const drawn = await drawButtons(deps, outbox, messageId, menu, nonce);
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

const placeIn = async ({ access: view }: CardDeps, { keeper, chat }: Outbox): Promise<MenuPlace> => {
  const home = laneAddressOf(keeper.lane().laneId);
  const access = await view();
  const activation = groupAt(access, home.place)?.activation;
  const hasChecks = isPrivateLane(home, access);
  return { hasChecks, hasDrafts: !chat.isGroup, ...(activation === undefined ? {} : { activation }) };
};

/** @returns false for who does not own the bot at this moment. */
const activate = async (
  { access: view, accessDesk }: CardDeps,
  { keeper }: Outbox,
  entry: InboxEntry,
  { activation }: Extract<MenuAction, { kind: 'activate' }>,
): Promise<boolean> => {
  const access = await view();
  if (entry.sender.id !== access.ownerId) return false;
  const { place } = laneAddressOf(keeper.lane().laneId);
  await accessDesk({ kind: 'activation', activation, place }, entry, access);
  // What the leg has read of the access record is older than that.
  await view(0);
  return true;
};

/** What taking the press changes in the lane. */
const changeBy = (
  action: MenuAction,
  { keeper, clock }: Outbox,
  messageId: number,
  nonce: string | undefined,
  userId: string,
  place: MenuPlace,
): LaneChange => {
  const lane = keeper.lane();
  const settings = withSettings(lane.settings, action.kind === 'set' ? action.settings : {});
  const next =
    action.kind === 'close' || nonce === undefined
      ? null
      : openMenu(action.menu, menuOf(action.menu, settings, place), nonce, userId, clock.now());
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
