import type { Admission, InboxEntry, LaneId, Mailbox, Visitor, WakeQueue } from '@agent-claw/core';
import { entryOf, laneOf, visitorOf } from '@agent-claw/telegram/inbound';
import { parseUpdate } from '@agent-claw/telegram/parse-update';
import type { ParsedUpdate } from '@agent-claw/telegram/parse-update';
import { menuPressOf, presserOf, pressEntryOf, stopEntryOf, stopOf } from '@agent-claw/telegram/pressed-button';
import { admitVisitor, askAtTheDoor } from './ask-at-the-door.ts';
import type { DoorDeps } from './ask-at-the-door.ts';

export interface IngestDeps extends DoorDeps {
  readonly mailbox: Mailbox;
  readonly wakes: WakeQueue;
}

export type IngestOutcome =
  /** In the inbox and rung, now or by an earlier delivery: Telegram may forget it. */
  | { readonly kind: 'accepted'; readonly updateId: number; readonly laneId: LaneId }
  /** The sender has become the owner, and the message is accepted likewise. */
  | { readonly kind: 'claimed'; readonly updateId: number; readonly laneId: LaneId }
  /** Somebody with the pairing code asks to come in: the owner is told, in this lane. The sender hears nothing. */
  | { readonly kind: 'knocked'; readonly updateId: number; readonly laneId: LaneId }
  /** A pressed stop button, accepted likewise. With a query id whoever pressed it is to be answered. */
  | { readonly kind: 'stopping'; readonly updateId: number; readonly laneId: LaneId; readonly queryId?: string }
  /** A pressed button of a menu, accepted likewise. */
  | { readonly kind: 'pressed'; readonly updateId: number; readonly laneId: LaneId; readonly queryId?: string }
  /** The message that waits has its new words. */
  | { readonly kind: 'amended'; readonly updateId: number; readonly laneId: LaneId }
  /** A button that does nothing, pressed by somebody we know. */
  | { readonly kind: 'unused_button'; readonly updateId: number; readonly queryId?: string }
  /** Authentic, but nothing that we answer. Telegram may forget it too: sending it again would change nothing. */
  | { readonly kind: 'ignored'; readonly updateId: number; readonly reason: string }
  /** No usable update id. */
  | { readonly kind: 'unusable' }
  /** The inbox is full: Telegram keeps the update, and those after it, in order. */
  | { readonly kind: 'full'; readonly updateId: number; readonly laneId: LaneId };

/** Albums arrive as one update per picture; the ring waits for the rest so that they make one turn. */
const ALBUM_SETTLE_S = 1;

type Said = Extract<ParsedUpdate, { kind: 'message' | 'edited_message' }>;
type Pressed = Extract<ParsedUpdate, { kind: 'callback_query' }>;

/** Puts an authentic update where the runner finds it. */
export const createIngestUpdate =
  (deps: IngestDeps) =>
  async (json: unknown): Promise<IngestOutcome> => {
    const update = parseUpdate(json);
    switch (update.kind) {
      case 'message':
      case 'edited_message':
        return takeMessage(deps, update);
      case 'callback_query':
        return takePress(deps, update);
      case 'ignored':
        return { kind: 'ignored', updateId: update.updateId, reason: update.reason };
      case 'unusable':
        return { kind: 'unusable' };
    }
  };

const takeMessage = async (deps: IngestDeps, { kind, updateId, message }: Said): Promise<IngestOutcome> => {
  const visitor = visitorOf(message, deps.bot);
  const admission = await admitVisitor(deps, visitor);
  const entry = entryOf(updateId, message, deps.bot);
  if (admission.kind === 'refused') {
    const ignored: IngestOutcome = { kind: 'ignored', updateId, reason: admission.reason };
    const mayAsk = kind === 'message' && admission.reason === 'stranger' && isPrivateTalk(visitor);
    return mayAsk && entry !== null ? ((await takeStranger(deps, entry)) ?? ignored) : ignored;
  }
  if (entry === null) return { kind: 'ignored', updateId, reason: 'no_content' };
  const laneId = laneOf(message, deps.bot);
  if (kind === 'message')
    return (await appendAndRing(deps, laneId, entry))
      ? { kind: 'accepted', updateId, laneId }
      : { kind: 'full', updateId, laneId };
  // Without a ring: the message rang when it came, and whoever takes it reads it as it is then. Without a bound: Telegram's
  // 4096 characters keep what an edit can add to an entry small.
  const amended = await deps.mailbox.amend({ laneId, entry });
  return amended.kind === 'amended'
    ? { kind: 'amended', updateId, laneId }
    : { kind: 'ignored', updateId, reason: 'edit_of_what_does_not_wait' };
};

const isPrivateTalk = ({ place, sender }: Visitor): boolean => place.kind === 'private' && place.id === sender?.id;

/** @returns null when the message is that of any stranger. */
const takeStranger = async (deps: IngestDeps, said: InboxEntry): Promise<IngestOutcome | null> => {
  const asked = await askAtTheDoor(deps, said);
  if (asked.kind === 'nothing') return null;
  const { laneId, entry } = asked;
  return (await appendAndRing(deps, laneId, entry))
    ? { kind: asked.kind, updateId: said.sequence, laneId }
    : { kind: 'full', updateId: said.sequence, laneId };
};

const takePress = async (deps: IngestDeps, { updateId, press }: Pressed): Promise<IngestOutcome> => {
  const query = press.id === undefined ? {} : { queryId: press.id };
  const admission = await admitVisitor(deps, presserOf(press, deps.bot));
  const stop = stopOf(press, deps.bot);
  if (admission.kind === 'admitted' && stop !== null)
    return (await appendAndRing(deps, stop.laneId, stopEntryOf(updateId, press, stop, deps.clock.now())))
      ? { kind: 'stopping', updateId, laneId: stop.laneId, ...query }
      : { kind: 'full', updateId, laneId: stop.laneId };
  const pressed = menuPressOf(press, deps.bot);
  if (admission.kind === 'admitted' && pressed !== null)
    return (await appendAndRing(deps, pressed.laneId, pressEntryOf(updateId, press, pressed, deps.clock.now())))
      ? { kind: 'pressed', updateId, laneId: pressed.laneId, ...query }
      : { kind: 'full', updateId, laneId: pressed.laneId };
  // A stranger's press gets nothing, not even an end of the waiting sign that their app shows.
  return admission.kind === 'refused' && !isOfSomebodyKnown(admission)
    ? { kind: 'ignored', updateId, reason: admission.reason }
    : { kind: 'unused_button', updateId, ...query };
};

/** The gate asks who it is before it asks where. */
const isOfSomebodyKnown = ({ reason }: Extract<Admission, { kind: 'refused' }>): boolean =>
  reason === 'wrong_place' || reason === 'not_addressed';

/**
 * Append first, ring second: a ring without an entry is harmless, an entry without a ring waits. A duplicate rings too,
 * because the crash may have come between the two.
 * @returns false when the inbox is full.
 */
const appendAndRing = async (
  { mailbox, wakes, clock }: IngestDeps,
  laneId: LaneId,
  entry: InboxEntry,
): Promise<boolean> => {
  const appended = await mailbox.append({ laneId, entry, nowMs: clock.now() });
  if (appended.kind === 'full') return false;
  await wakes.ring(laneId, entry.albumId === undefined ? {} : { delayS: ALBUM_SETTLE_S });
  return true;
};
