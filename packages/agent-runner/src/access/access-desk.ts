import {
  addGuest,
  approve,
  BOT_COMMANDS,
  closePairing,
  deny,
  forgetGroup,
  groupAt,
  laneIdOf,
  openPairing,
  OWNER_COMMANDS,
  pairingCodeOf,
  revoke,
  setActivation,
  welcomeEntryId,
} from '@agent-claw/core';
import type {
  AccessList,
  AccessOrder,
  AccessStore,
  ActivationOrder,
  Clock,
  InboxEntry,
  LaneId,
  Mailbox,
  Messenger,
  WakeQueue,
} from '@agent-claw/core';
import { accessCard, activationCard, confirmCard, knockCard } from './access-cards.ts';
import type { DeskAnswer } from './access-cards.ts';
import {
  addedText,
  allowedText,
  deniedText,
  FULL_TEXT,
  noGuestText,
  notWaitingText,
  pairingText,
  revokedText,
  UNCLEAR_TEXT,
} from './access-text.ts';
import { joinedText, leftText, MOVED_TEXT, noGroupText, notLeftText, UNCLEAR_ACTIVATION_TEXT } from './group-text.ts';

export interface AccessDeskDeps {
  readonly store: AccessStore;
  readonly mailbox: Pick<Mailbox, 'append'>;
  readonly wakes: WakeQueue;
  readonly messenger: Pick<Messenger, 'leave' | 'offerCommands'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Random bytes for a code. */
  readonly random: (bytes: number) => Uint8Array;
  readonly botId: string;
  readonly botUsername: string;
}

/**
 * What the desk deals with: the owner's orders, and what is said in a group that the bot has come to. `greet` fills the owner's
 * menu of commands and says nothing.
 */
export type DeskOrder =
  | AccessOrder
  | { readonly kind: 'greet' }
  | (ActivationOrder & { readonly place: string })
  | { readonly kind: 'joined' | 'moved' | 'knock' };

/**
 * Does what the owner says about access, and tells what has become of it. The same entry may be dealt with twice, after a crash:
 * what was changed stays so, and nobody is told twice.
 * @throws RetryableError when a store or the queue does not answer.
 */
export type AccessDesk = (order: DeskOrder, entry: InboxEntry, access: AccessList) => Promise<DeskAnswer>;

/** Whoever asks must be the owner, in the private chat or, about its activation, in the group: the desk does not look. */
export const createAccessDesk =
  (deps: AccessDeskDeps): AccessDesk =>
  async (order, entry, access) => {
    const answer = await dealWith(deps, order, entry, access);
    return typeof answer === 'string' ? { markdown: answer } : answer;
  };

const dealWith = async (
  deps: AccessDeskDeps,
  order: DeskOrder,
  entry: InboxEntry,
  access: AccessList,
): Promise<string | DeskAnswer> => {
  const { store, clock, random, botUsername } = deps;
  const nowMs = clock.now();
  switch (order.kind) {
    case 'greet':
      return offerMenu(deps, access);
    case 'unclear':
      return UNCLEAR_TEXT;
    case 'list':
      return accessCard(await store.read(0), access, order.page ?? 0, nowMs);
    case 'confirm':
      return confirmCard(await store.read(0), order, nowMs);
    case 'open': {
      const code = pairingCodeOf(random);
      return pairingText(await store.update((record) => openPairing(record, code, nowMs)), botUsername, nowMs);
    }
    case 'shut':
      await store.update(closePairing);
      return '🔒 No code opens the door any more. /pair makes a new one.';
    case 'add':
      return add(deps, order, access);
    case 'allow':
      return allow(deps, order.id, entry);
    case 'deny': {
      const decision = await store.update((record) => deny(record, order.id));
      return decision.kind === 'done' ? deniedText({ id: order.id, name: decision.name }) : notWaitingText(order.id);
    }
    case 'revoke':
      return sendAway(deps, order.id, entry);
    case 'leave':
      return leave(deps, order.id, entry);
    case 'activation':
      return activate(deps, order);
    case 'knock':
      return knockCard(await store.read(0), entry.sender, nowMs);
    case 'joined':
      return joinedText(botUsername);
    case 'moved':
      return MOVED_TEXT;
  }
};

/** A menu is a convenience, and filling it twice is the same: it needs no lease. */
const OFFER_LIMIT_MS = 5_000;

/**
 * Fills the menu of commands in the owner's own chat. The deployment cannot: whoever claims the bot does so later, and a chat
 * that does not exist yet has no menu.
 */
const offerMenu = async ({ messenger, botId }: AccessDeskDeps, { ownerId }: AccessList): Promise<string> => {
  const to = { channel: 'tg', account: botId, place: ownerId };
  await messenger.offerCommands(to, [...BOT_COMMANDS, ...OWNER_COMMANDS], () => OFFER_LIMIT_MS);
  return '';
};

const add = async (
  { store, clock, botId }: AccessDeskDeps,
  person: { readonly id: string; readonly name: string },
  access: AccessList,
): Promise<string> => {
  if (person.id === access.ownerId) return 'That is you. You are my owner.';
  if (person.id === botId) return 'That is me.';
  const outcome = await store.update((record) => addGuest(record, person, clock.now()));
  return outcome === 'full' ? FULL_TEXT : addedText(person);
};

const allow = async (deps: AccessDeskDeps, id: string, { sequence }: InboxEntry): Promise<string> => {
  const nowMs = deps.clock.now();
  const decision = await deps.store.update((record) => approve(record, id, nowMs));
  if (decision.kind === 'full') return FULL_TEXT;
  if (decision.kind === 'unknown') return notWaitingText(id);
  const { name, sinceMs } = decision;
  // Named after the moment of the permission: allowing the same guest twice is one welcome.
  await put(deps, id, {
    id: welcomeEntryId(sinceMs),
    kind: 'notice',
    notice: 'welcome',
    sentAtEpochS: Math.floor(sinceMs / 1000),
    sequence,
    sender: { id, name },
    text: '',
  });
  return allowedText({ id, name });
};

const sendAway = async (deps: AccessDeskDeps, id: string, entry: InboxEntry): Promise<string> => {
  const decision = await deps.store.update((record) => revoke(record, id));
  if (decision.kind === 'unknown') return noGuestText(id);
  await putStop(deps, id, entry);
  return revokedText({ id, name: decision.name });
};

/** Leaving twice is the same, and whoever ordered it is the owner: it needs no lease. */
const LEAVE_LIMIT_MS = 10_000;

/** Forgotten first: whether or not the channel lets the bot go, nothing is answered there any more. */
const leave = async (deps: AccessDeskDeps, id: string, entry: InboxEntry): Promise<string> => {
  const { store, messenger, botId } = deps;
  const outcome = await store.update((record) => forgetGroup(record, id));
  if (outcome.kind === 'unknown') return noGroupText(id);
  await putStop(deps, id, entry);
  const left = await messenger.leave({ channel: 'tg', account: botId, place: id }, () => LEAVE_LIMIT_MS);
  return left.kind === 'done' ? leftText(outcome.title, id) : notLeftText(id);
};

const activate = async (
  { store, botUsername, clock }: AccessDeskDeps,
  { activation, place }: ActivationOrder & { readonly place: string },
): Promise<string | DeskAnswer> => {
  if (activation === null) return UNCLEAR_ACTIVATION_TEXT;
  if (activation === undefined)
    return activationCard(groupAt(await store.read(0), place)?.activation ?? 'mention', botUsername, clock.now());
  const outcome = await store.update((record) => setActivation(record, place, activation));
  return outcome === 'set' ? activationCard(activation, botUsername, clock.now()) : noGroupText(place);
};

/** What runs in that lane ends, and what waits there is not begun. Named after the order: dealing with it twice is one stop. */
const putStop = (deps: AccessDeskDeps, place: string, { id, sentAtEpochS, sequence, sender }: InboxEntry) =>
  put(deps, place, { id, kind: 'stop', sentAtEpochS, sequence, sender, text: '' });

const put = async ({ mailbox, wakes, clock, botId }: AccessDeskDeps, place: string, entry: InboxEntry) => {
  const laneId: LaneId = laneIdOf({ channel: 'tg', account: botId, place });
  // A full inbox belongs to somebody who had access before, and gets its answers in any case.
  await mailbox.append({ laneId, entry, nowMs: clock.now() });
  await wakes.ring(laneId);
};
