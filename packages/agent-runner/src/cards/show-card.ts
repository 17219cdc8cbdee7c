import { CARD_MAX_CHARS, cardNonce, closedCard, isPrivateLane, laneAddressOf, menusWith } from '@agent-claw/core';
import type { Card, InboxEntry, LaneAddress, OpenCard } from '@agent-claw/core';
import type { DeskAnswer } from '../access/access-cards.ts';
import type { AccessDesk } from '../access/access-desk.ts';
import { REFUSED_TEXT } from '../access/access-text.ts';
import type { AccessView } from '../access/access-view.ts';
import { drawButtons, isDone, sendButtons } from './menu-message.ts';
import type { MenuDeps } from './menu-message.ts';
import type { Delivery, Outbox } from '../delivery/outbox.ts';

type Taken = NonNullable<OpenCard['taken']>;

export interface CardDeps extends MenuDeps {
  readonly access: AccessView;
  readonly accessDesk: AccessDesk;
}

/**
 * Sends a card, usable once by whoever is asked. It is stored under its message in the write that notes the message.
 * @throws Error for a card that says more than 3,000 characters: its outcome would not fit below it.
 */
export const sendCard = async (
  deps: MenuDeps,
  outbox: Outbox,
  key: string,
  { markdown, rows, userId, expiresAtMs }: Card,
  replyToMessageId?: number,
): Promise<Delivery> => {
  if (markdown.length > CARD_MAX_CHARS)
    throw new Error(`A card of ${markdown.length} characters: say at most ${CARD_MAX_CHARS}, the rest above it.`);
  return sendButtons(
    deps,
    outbox,
    key,
    { markdown, rows },
    {
      newNonce: () => cardNonce(deps.newNonce()),
      openAs: (nonce) => ({ name: 'card', markdown, rows, nonce, userId, expiresAtMs }),
      replyToMessageId,
    },
  );
};

/**
 * Takes a press on a card: in one write the card loses its buttons and knows what was chosen, so that a second press finds
 * nothing to do and a next leg does what this one has begun. @returns false when the lease is gone.
 */
export const takeCard = (
  outbox: Outbox,
  key: string,
  messageId: number,
  card: OpenCard,
  taken: Taken,
): Promise<boolean> => put(outbox, key, messageId, { ...card, rows: [], taken });

/** Carries out what was taken by this press, and shows what has become of it. May be repeated. */
export const finishCard = async (
  deps: CardDeps,
  outbox: Outbox,
  key: string,
  messageId: number,
  entry: InboxEntry,
): Promise<Delivery> => {
  const card = cardAt(outbox, messageId);
  if (card?.taken?.entryId === entry.id) {
    const next = await carryOut(deps, outbox, card, card.taken.action, entry);
    if (!(await put(outbox, key, messageId, next))) return { kind: 'lease_lost' };
  }
  return drawCard(deps, outbox, key, messageId);
};

/** What the card is once this was done. */
const carryOut = async (
  deps: CardDeps,
  { keeper }: Outbox,
  card: OpenCard,
  action: Taken['action'],
  entry: InboxEntry,
): Promise<OpenCard> => {
  const answer = await obey(deps, laneAddressOf(keeper.lane().laneId), action, entry);
  if (action.shows === 'outcome' || answer.rows === undefined) return closedCard(card, answer.markdown);
  const { markdown, rows, expiresAtMs = card.expiresAtMs } = answer;
  return { name: 'card', markdown, rows, userId: card.userId, nonce: cardNonce(deps.newNonce()), expiresAtMs };
};

/** Does what the owner orders. A page without buttons of its own goes on with the list of who has access. */
const obey = async (
  { access: view, accessDesk }: CardDeps,
  home: LaneAddress,
  { order, shows }: Taken['action'],
  entry: InboxEntry,
): Promise<DeskAnswer> => {
  const access = await view();
  const isHere = order.kind === 'activation' ? home.place.startsWith('-') : isPrivateLane(home, access);
  // Whoever owns the bot may have changed since the card was sent.
  if (entry.sender.id !== access.ownerId || !isHere) return { markdown: REFUSED_TEXT };
  const answer = await accessDesk(order.kind === 'activation' ? { ...order, place: home.place } : order, entry, access);
  // What the leg has read of the access record is older than what was just decided.
  await view(0);
  if (shows === 'outcome' || answer.rows !== undefined || order.kind === 'activation') return answer;
  const list = await accessDesk({ kind: 'list' }, entry, access);
  return { ...list, markdown: `${answer.markdown}\n\n${list.markdown}` };
};

const cardAt = ({ keeper }: Outbox, messageId: number): OpenCard | undefined => {
  const shown = keeper.lane().menus?.[messageId];
  return shown?.name === 'card' ? shown : undefined;
};

const put = ({ keeper, ledger, clock }: Outbox, key: string, messageId: number, card: OpenCard): Promise<boolean> =>
  ledger.note(
    key,
    { state: 'sending', messageId, nonce: card.nonce },
    { menus: menusWith(keeper.lane().menus, messageId, card, clock.now()) },
  );

/** Shows what the card is by now. May be repeated; the part `key` is over with it. */
export const drawCard = async (deps: MenuDeps, outbox: Outbox, key: string, messageId: number): Promise<Delivery> => {
  const card = cardAt(outbox, messageId);
  if (card === undefined) return over(outbox, key);
  const drawn = await drawButtons(deps, outbox, messageId, card, card.nonce);
  return isDone(drawn) ? over(outbox, key) : drawn;
};

const over = async ({ ledger }: Outbox, key: string): Promise<Delivery> =>
  (await ledger.note(key, { state: 'sent' })) ? { kind: 'delivered' } : { kind: 'lease_lost' };
