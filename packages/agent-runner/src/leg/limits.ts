/** How long things may take. Milliseconds unless the name says otherwise. */
export interface LegLimits {
  /** The wake stays hidden this long without a sign of life, so that a crash costs a minute and not the queue's visibility. */
  readonly wakeHiddenS: number;
  /** How long the platform lets a microVM live: 8 h on AgentCore. */
  readonly sessionLifeMs: number;
}

/** Access that was taken away is noticed by a leg at work after this long. */
export const ACCESS_REREAD_MS = 10_000;
export const RENEW_EVERY_MS = 2_000;
export const TYPING_EVERY_MS = 4_000;
/** A send is begun only while the lease has at least this long to live: a frozen copy that wakes up late stays silent. */
export const SEND_MARGIN_MS = 3_000;
/** Model text is collected this long before the placeholder appears. */
export const DRAFT_AFTER_MS = 2_000;
/** What shows something in a chat keeps this distance, sends and edits alike: private chats, and groups with their 20 a minute. */
export const PACE_MS = { private: 1_200, group: 3_200 } as const;
/** A draft of the channel's own lasts 30 s, or until the bot's next message: it is shown again before, or soon after. */
export const NATIVE_DRAFT_EVERY_MS = 10_000;
/** A turn longer than this ends with a fresh message, so that the phone rings. */
export const FRESH_MESSAGE_AFTER_MS = 20_000;
/** Telegram's waits up to here are sat out; longer ones give the lane back to the queue. */
export const LONGEST_WAIT_MS = 5_000;
/** A turn is started at most this often, and a lane survives at most this many crashes in a row, before its messages are parked. */
export const MAX_ATTEMPTS = 3;
/** A turn is stopped this long before its microVM's life ends, or a tenth of that life: time to save what it has. */
export const SESSION_END_MARGIN_MS = 5 * 60_000;
/** A call to the channel ends this long after the lease at the latest; a lease is taken over only 10 s after its end. */
export const CALL_AFTER_LEASE_MS = 5_000;
/** So many short waits in a row, and the channel is left alone for longer. */
export const MAX_SHORT_WAITS = 3;
export const UNREACHABLE_RETRY_MS = 30_000;
/** A new message waits no longer than this for an agent that is back. */
export const UNREACHABLE_LONGEST_MS = 120_000;
/** An agent that cannot be reached is asked again for this long before its messages are parked. */
export const UNREACHABLE_GIVE_UP_MS = 15 * 60_000;
/** A stream that stood this long has worked: the next cut begins a new count. */
export const STREAM_STOOD_MS = 5_000;
/** A steer or a stop that takes longer is given up and offered again. */
export const STEER_LIMIT_MS = 5_000;
/** The answer waits no longer than this for a typing sign under way. */
export const TYPING_END_MS = 2_000;
/** Ending a microVM that is not needed any more may take this long; it ends by itself when idle. */
export const END_SESSION_MS = 3_000;
/** How long a poisoned lane waits for an answer that the container may have saved. */
export const RESCUE_MS = 20_000;
/** Below SQS's 12 h, which count from the moment the message was received. */
export const LONGEST_HIDE_S = 42_000;
/** One file of a message may take this long to come from the channel into the store; then the agent goes on without it. */
export const STAGE_LIMIT_MS = 60_000;
/** Each may be 20 MB and is held in memory. */
export const FILES_AT_ONCE = 3;
/** A recording may take this long to become words; then the person is told that it was not understood. */
export const HEAR_LIMIT_MS = 180_000;
/** Pause before a container that did not answer about a recording is asked again. */
export const HEAR_RETRY_MS = 1_000;
