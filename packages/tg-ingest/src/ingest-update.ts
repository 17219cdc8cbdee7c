import { overheardOf } from '@agent-claw/core';
import type { Admission, InboxEntry, LaneId, Mailbox, Visitor, WakeQueue } from '@agent-claw/core';
import { migrationOf } from '@agent-claw/telegram/group-news';
import { entryOf, laneOf, visitorOf } from '@agent-claw/telegram/inbound';
import { parseUpdate } from '@agent-claw/telegram/parse-update';
import type { ParsedUpdate } from '@agent-claw/telegram/parse-update';
import {
  draftStopOf,
  draftStopperOf,
  menuPressOf,
  presserOf,
  pressEntryOf,
  stopEntryOf,
  stopOf,
} from '@agent-claw/telegram/pressed-button';
import { admitVisitor, askAtTheDoor } from './ask-at-the-door.ts';
import type { DoorDeps } from './ask-at-the-door.ts';
import { takeMembership, takeMigration, takeStart } from './take-group-news.ts';
import type { GroupNews } from './take-group-news.ts';

export interface IngestDeps extends DoorDeps {
  readonly mailbox: Pick<Mailbox, 'append' | 'amend' | 'overhear'>;
  readonly wakes: WakeQueue;
}

export type IngestOutcome =
  /** In the inbox and rung, now or by an earlier delivery: Telegram may forget it. */
  | { readonly kind: 'accepted'; readonly updateId: number; readonly laneId: LaneId }
  /** The sender has become the owner, and the message is accepted likewise. */
  | { readonly kind: 'claimed'; readonly updateId: number; readonly laneId: LaneId }
  /** Somebody with the pairing code asks to come in: the owner is told, in this lane. The sender hears nothing. */
  | { readonly kind: 'knocked'; readonly updateId: number; readonly laneId: LaneId }
  /** The owner has brought the bot into this group, or it has got a new id: said there, in this lane. */
  | { readonly kind: 'joined' | 'moved'; readonly updateId: number; readonly laneId: LaneId }
  /** The bot is to leave this chat. */
  | { readonly kind: 'leaving'; readonly updateId: number; readonly chatId: number }
  /** The bot was taken out of a group, which is no longer allowed. */
  | { readonly kind: 'forgotten'; readonly updateId: number }
  /** Kept for the next turn in this group. */
  | { readonly kind: 'overheard'; readonly updateId: number; readonly laneId: LaneId }
  /** A pressed stop button, accepted likewise. With a query id whoever pressed it is to be answered. */
  | { readonly kind: 'stopping'; readonly updateId: number; readonly laneId: LaneId; readonly queryId?: string }
  /** A pressed button of a menu, accepted likewise. */
  | { readonly kind: 'pressed'; readonly updateId: number; readonly laneId: LaneId; readonly queryId?: string }
  /** The message that waits has its new words. */
  | { readonly kind: 'amended'; readonly updateId: number; readonly laneId: LaneId }
  /** A button that does nothing, pressed by somebody we know. */
  | { readonly kind: 'unused_button'; readonly updateId: number; readonly queryId?: string }
  /** A button in an allowed group, pressed by somebody we do not know: it is told that it is not theirs. */
  | { readonly kind: 'foreign_button'; readonly updateId: number; readonly queryId?: string }
  /** Authentic, but nothing that we answer. Telegram may forget it too: sending it again would change nothing. */
  | { readonly kind: 'ignored'; readonly updateId: number; readonly reason: string }
  /** No usable update id. */
  | { readonly kind: 'unusable' }
  /** The inbox is full: Telegram keeps the update, and those after it, in order. */
  | { readonly kind: 'full'; readonly updateId: number; readonly laneId: LaneId };

/** Albums arrive as one update per picture; the ring waits for the rest so that they make one turn. */
const ALBUM_SETTLE_S = 1;

type Said = Extract<ParsedUpdate, { kind: 'message' | 'edited_message' }>;
type DraftStopped = Extract<ParsedUpdate, { kind: 'stopped_message_generation' }>;
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
      case 'stopped_message_generation':
        return takeDraftStop(deps, update);
      case 'my_chat_member':
        return tell(deps, update.updateId, await takeMembership(deps, update));
      case 'ignored':
        return { kind: 'ignored', updateId: update.updateId, reason: update.reason };
      case 'unusable':
        return { kind: 'unusable' };
    }
  };

const takeMessage = async (deps: IngestDeps, said: Said): Promise<IngestOutcome> => {
  const { kind, updateId, message } = said;
  const migration = kind === 'message' ? migrationOf(message) : null;
  if (migration !== null) return tell(deps, updateId, await takeMigration(deps, said, migration));
  const visitor = visitorOf(message, deps.bot);
  const admission = await admitVisitor(deps, visitor);
  const entry = entryOf(updateId, message, deps.bot);
  if (admission.kind === 'refused') {
    const ignored: IngestOutcome = { kind: 'ignored', updateId, reason: admission.reason };
    const mayStart = kind === 'message' && isOnlyMisplaced(admission);
    const started = mayStart && entry !== null ? await takeStart(deps, said, visitor, entry) : null;
    if (started !== null) return tell(deps, updateId, started);
    const mayAsk = kind === 'message' && admission.reason === 'stranger' && isPrivateTalk(visitor);
    return mayAsk && entry !== null ? ((await takeStranger(deps, entry)) ?? ignored) : ignored;
  }
  if (entry === null) return { kind: 'ignored', updateId, reason: 'no_content' };
  const laneId = laneOf(message, deps.bot);
  if (admission.kind === 'overheard') {
    // What was overheard stays as it was first said: nobody asked the bot to read it again.
    if (kind === 'edited_message') return { kind: 'ignored', updateId, reason: 'edit_of_what_does_not_wait' };
    await deps.mailbox.overhear({ laneId, overheard: overheardOf(entry) });
    return { kind: 'overheard', updateId, laneId };
  }
  if (kind === 'message') return enter(deps, { kind: 'accepted', updateId, laneId }, entry);
  // Without a ring: the message rang when it came, and whoever takes it reads it as it is then.
  const amended = await deps.mailbox.amend({ laneId, entry });
  switch (amended.kind) {
    case 'amended':
    case 'full':
      return { kind: amended.kind, updateId, laneId };
    case 'not_waiting':
      return { kind: 'ignored', updateId, reason: 'edit_of_what_does_not_wait' };
  }
};

const tell = async (deps: IngestDeps, updateId: number, news: GroupNews): Promise<IngestOutcome> => {
  switch (news.kind) {
    case 'nothing':
      return { kind: 'ignored', updateId, reason: news.reason };
    case 'forgotten':
    case 'leaving':
      return { ...news, updateId };
    case 'joined':
    case 'moved':
      return enter(deps, { kind: news.kind, updateId, laneId: news.laneId }, news.entry);
  }
};

const isPrivateTalk = ({ place, sender }: Visitor): boolean => place.kind === 'private' && place.id === sender?.id;

/** @returns null when the message is that of any stranger. */
const takeStranger = async (deps: IngestDeps, said: InboxEntry): Promise<IngestOutcome | null> => {
  const asked = await askAtTheDoor(deps, said);
  if (asked.kind === 'nothing') return null;
  return enter(deps, { kind: asked.kind, updateId: said.sequence, laneId: asked.laneId }, asked.entry);
};

const takePress = async (deps: IngestDeps, { updateId, press }: Pressed): Promise<IngestOutcome> => {
  const query = press.id === undefined ? {} : { queryId: press.id };
  const admission = await admitVisitor(deps, presserOf(press, deps.bot));
  const stop = stopOf(press, deps.bot);
  if (admission.kind === 'admitted' && stop !== null)
    return enter(
      deps,
      { kind: 'stopping', updateId, laneId: stop.laneId, ...query },
      stopEntryOf(updateId, press, stop, deps.clock.now()),
    );
  const pressed = menuPressOf(press, deps.bot);
  if (admission.kind === 'admitted' && pressed !== null)
    return enter(
      deps,
      { kind: 'pressed', updateId, laneId: pressed.laneId, ...query },
      pressEntryOf(updateId, press, pressed, deps.clock.now()),
    );
  // Where the bot speaks before everybody, whoever can see its buttons is answered. Elsewhere a stranger's press gets nothing,
  // not even an end of the waiting sign that their app shows.
  if (admission.kind === 'overheard') return { kind: 'foreign_button', updateId, ...query };
  return admission.kind === 'refused' && !isOnlyMisplaced(admission)
    ? { kind: 'ignored', updateId, reason: admission.reason }
    : { kind: 'unused_button', updateId, ...query };
};

const takeDraftStop = async (deps: IngestDeps, { updateId, stopped }: DraftStopped): Promise<IngestOutcome> => {
  const admission = await admitVisitor(deps, draftStopperOf(stopped));
  const stop = draftStopOf(stopped, deps.bot);
  if (admission.kind !== 'admitted' || stop === null)
    return { kind: 'ignored', updateId, reason: admission.kind === 'refused' ? admission.reason : 'unknown_draft' };
  const entry = stopEntryOf(updateId, { from: { id: stopped.chat.id } }, stop, deps.clock.now());
  return enter(deps, { kind: 'stopping', updateId, laneId: stop.laneId }, entry);
};

/** The gate asks who it is before it asks where. */
const isOnlyMisplaced = ({ reason }: Extract<Admission, { kind: 'refused' }>): boolean => reason === 'wrong_place';

type Entered = Extract<IngestOutcome, { laneId: LaneId }>;

/**
 * Append first, ring second: a ring without an entry is harmless, an entry without a ring waits. A duplicate rings too,
 * because the crash may have come between the two.
 */
const enter = async (
  { mailbox, wakes, clock }: IngestDeps,
  outcome: Entered,
  entry: InboxEntry,
): Promise<IngestOutcome> => {
  const { laneId, updateId } = outcome;
  const appended = await mailbox.append({ laneId, entry, nowMs: clock.now() });
  if (appended.kind === 'full') return { kind: 'full', updateId, laneId };
  await wakes.ring(laneId, entry.albumId === undefined ? {} : { delayS: ALBUM_SETTLE_S });
  return outcome;
};
