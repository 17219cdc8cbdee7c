import type { Ask, Consent } from '../consent.ts';
import type { InboxEntry, Overheard, ReplyContext } from '../lane.ts';
import type { TurnAttachment } from '../media.ts';
import type { OutgoingFile } from '../outgoing-file.ts';
import type { ConversationId, EntryId, LaneId, RuntimeSessionId, TurnId } from '../ids.ts';
import type { TurnEnd } from './conversation-store.ts';

/** What a person said, as the container gets it. */
export type TurnMessage = Pick<InboxEntry, 'id' | 'sentAtEpochS' | 'sequence' | 'sender' | 'text' | 'forwardedFrom'> & {
  readonly attachments?: readonly TurnAttachment[];
  readonly replyTo?: TurnReply;
};

/** What it answers to, with its files. */
type TurnReply = Omit<ReplyContext, 'attachments' | 'heard'> & { readonly attachments?: readonly TurnAttachment[] };

export interface TurnCall {
  readonly laneId: LaneId;
  readonly conversationId: ConversationId;
  readonly turnId: TurnId;
  readonly fence: number;
  /** `undo`, `compact` and `export` tend the conversation and answer nobody's question. */
  readonly kind: 'message' | 'heartbeat' | 'undo' | 'compact' | 'export';
  /** Replay starts after this event; 0 for all. */
  readonly afterSeq: number;
  /** False asks only for a turn that the container knows or has saved; so does an `afterSeq` above 0, whose events were another run's. */
  readonly mayStart: boolean;
  /** True only in the owner's private lane: MEMORY.md and USER.md load nowhere else. */
  readonly privateLane: boolean;
  /** The model that was chosen for the lane, by its name; absent for the default. */
  readonly model?: string;
  readonly messages: readonly TurnMessage[];
  /** Said in the group before, and not to the bot: data, in order. */
  readonly overheard?: readonly Overheard[];
  /** What needs no asking in this lane: names of consent rules. */
  readonly allowed?: readonly string[];
  /** Goes on with a turn that waits, in place of messages. */
  readonly consent?: Consent;
}

export type TurnEvent =
  | { readonly seq: number; readonly type: 'text'; readonly delta: string }
  | {
      readonly seq: number;
      readonly type: 'tool_started';
      readonly name: string;
      readonly summary: string;
      /** By the container's clock. */
      readonly startedAtMs?: number;
    }
  | { readonly seq: number; readonly type: 'tool_finished'; readonly name: string; readonly ok: boolean }
  /** `costUsd`: what that is about to cost, where the model has a known price. */
  | {
      readonly seq: number;
      readonly type: 'usage';
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly costUsd?: number;
    }
  /** The conversation is saved. `reply` is the whole answer in Markdown; `consumed` lists every entry the run has read. */
  | {
      readonly seq: number;
      readonly type: 'done';
      readonly reply: string;
      readonly consumed: readonly EntryId[];
      readonly ending: TurnEnd;
      readonly ask?: Ask;
      /** To be sent below the answer, in order. */
      readonly files?: readonly OutgoingFile[];
    }
  /** The run has ended without a reply. `retryable` starts may help; otherwise the owner gets `message`. */
  | {
      readonly seq: number;
      readonly type: 'failed';
      readonly code: string;
      readonly message: string;
      readonly retryable: boolean;
    }
  /** Nothing was run: my fence is old, or the turn is unknown and was not to be started. */
  | { readonly seq: number; readonly type: 'refused'; readonly reason: 'stale_fence' | 'unknown_turn' };

/** The agent, wherever it runs. The container owns the run; the caller is its viewer and may come back. */
export interface AgentRuntime {
  /**
   * Starts or attaches to a turn and yields its events. Ends without `done`, `failed` or `refused` when the stream was
   * cut: the outcome is unknown, ask again. Aborting leaves the run going.
   * @throws RetryableError when the runtime did not accept the call.
   */
  turn(session: RuntimeSessionId, call: TurnCall, signal: AbortSignal): AsyncIterable<TurnEvent>;
  /** Offers messages to the running turn; they stay in the inbox until `done` lists them. @returns false when no such turn runs. */
  steer(
    session: RuntimeSessionId,
    call: Pick<TurnCall, 'laneId' | 'turnId' | 'fence' | 'messages'>,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Stops the running turn, which then ends with `done` and the ending `stopped`. @returns false when no such turn runs. */
  stop(
    session: RuntimeSessionId,
    call: Pick<TurnCall, 'laneId' | 'turnId' | 'fence'>,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Ends the microVM. */
  endSession(session: RuntimeSessionId): Promise<void>;
}
