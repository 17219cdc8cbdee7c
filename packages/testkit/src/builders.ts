import { conversationIdOf, laneIdOf, turnIdOf, updateEntryId } from '@agent-claw/core';
import type {
  ActiveTurn,
  ConversationId,
  EntryId,
  InboxEntry,
  Lane,
  LaneId,
  SavedTurn,
  TurnCall,
} from '@agent-claw/core';

/** The owner's private lane of the examples. */
export const aLaneId = (place = '4242001'): LaneId => laneIdOf({ channel: 'tg', account: '7000', place });

/** A message with update id `sequence`, said at second `sequence`. */
export const anEntry = (sequence = 1, override: Partial<InboxEntry> = {}): InboxEntry => ({
  id: updateEntryId(sequence),
  kind: 'message',
  sentAtEpochS: 1_790_000_000 + sequence,
  sequence,
  sender: { id: '4242001', name: 'Ada' },
  text: `message ${sequence}`,
  ...override,
});

export const aTurn = (override: Partial<ActiveTurn> = {}): ActiveTurn => ({
  id: turnIdOf(1),
  kind: 'message',
  taken: [updateEntryId(1)],
  startedAtMs: 0,
  starts: 1,
  ledger: {},
  ...override,
});

export const inboxOf = (...entries: readonly InboxEntry[]): Lane['inbox'] =>
  Object.fromEntries(entries.map((entry) => [entry.id, entry])) as Record<EntryId, InboxEntry>;

/** A lane at rest, before its first turn. */
export const aLane = (override: Partial<Lane> = {}): Lane => ({
  laneId: aLaneId(),
  inbox: {},
  fence: 0,
  crashes: 0,
  turnCount: 0,
  conversationCount: 0,
  ...override,
});

export const aConversationId = (count = 0): ConversationId => conversationIdOf(aLaneId(), count);

export const aSavedTurn = (count = 1, override: Partial<SavedTurn> = {}): SavedTurn => ({
  turnId: turnIdOf(count),
  fence: 1,
  messages: [
    { role: 'user', content: [{ text: `question ${count}` }] },
    { role: 'assistant', content: [{ text: `answer ${count}` }] },
  ],
  reply: `answer ${count}`,
  consumed: [updateEntryId(count)],
  ending: 'complete',
  savedAtMs: 1_790_000_000_000,
  ...override,
});

export const aTurnCall = (override: Partial<TurnCall> = {}): TurnCall => ({
  laneId: aLaneId(),
  conversationId: aConversationId(),
  turnId: turnIdOf(1),
  fence: 1,
  kind: 'message',
  afterSeq: 0,
  mayStart: true,
  privateLane: true,
  messages: [
    { id: updateEntryId(1), sentAtEpochS: 1, sequence: 1, sender: { id: '4242001', name: 'Ada' }, text: 'hello' },
  ],
  ...override,
});
