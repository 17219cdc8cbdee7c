import type { Ask } from '../consent.ts';
import type { OutgoingFile } from '../outgoing-file.ts';
import type { ConversationId, EntryId, TurnId } from '../ids.ts';

/** How a run ended. `waiting`: it stands before a call that needs consent, and another turn will go on with it. */
export type TurnEnd = 'complete' | 'stopped' | 'limit' | 'waiting';

/** One finished turn as it is kept. `messages` are the model's own messages of this turn, opaque JSON to everybody else. */
export interface SavedTurn {
  readonly turnId: TurnId;
  readonly fence: number;
  readonly messages: readonly unknown[];
  readonly reply: string;
  readonly consumed: readonly EntryId[];
  readonly ending: TurnEnd;
  /** What the turn waits for, when it waits. */
  readonly ask?: Ask;
  /** Where the agent goes on once that is decided, opaque JSON; `messages` read as if the turn had ended. */
  readonly paused?: unknown;
  readonly savedAtMs: number;
  /** What the turn sends beside its reply. */
  readonly files?: readonly OutgoingFile[];
  /** Turns that this one makes forgotten: whoever finds it saved sees to that again. */
  readonly evicts?: readonly TurnId[];
}

export interface Conversation {
  /** Kept turns in order, oldest first. */
  readonly turns: readonly SavedTurn[];
}

/**
 * The history of conversations, one item per turn. `open` claims the conversation for a fence; from then on a run under
 * a lower fence (an old microVM that still works) can save nothing, and learns from `isCurrent` to write nothing elsewhere.
 */
export interface ConversationStore {
  /** @returns the history, or `stale_fence` when a higher fence has opened the conversation before. */
  open(
    conversationId: ConversationId,
    turnId: TurnId,
    fence: number,
  ): Promise<{ readonly kind: 'opened'; readonly conversation: Conversation } | { readonly kind: 'stale_fence' }>;
  /** Saves a finished turn. Saving the same turn again under the same or a higher fence is safe. */
  save(
    conversationId: ConversationId,
    turn: SavedTurn,
  ): Promise<{ readonly kind: 'saved' } | { readonly kind: 'stale_fence' }>;
  /**
   * Whether a run under this fence still counts: false once a higher fence has opened the conversation. Ask right before a
   * write elsewhere that carries no fence of its own.
   */
  isCurrent(conversationId: ConversationId, fence: number): Promise<boolean>;
  /** @returns the finished turn, or null when it was never saved. */
  find(conversationId: ConversationId, turnId: TurnId): Promise<SavedTurn | null>;
  /** Forgets these turns: history is evicted in blocks, never one by one. An unknown turn is no error. */
  evict(conversationId: ConversationId, turnIds: readonly TurnId[]): Promise<void>;
}
