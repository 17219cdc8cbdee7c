import type { InboxEntry } from '../lane.ts';
import type { LaneId } from '../ids.ts';
import type { LaneSettings } from '../lane-settings.ts';
import type { Overheard } from '../lane.ts';

export interface AppendRequest {
  readonly laneId: LaneId;
  readonly entry: InboxEntry;
  readonly nowMs: number;
}

export type AppendOutcome =
  | { readonly kind: 'appended' }
  /** The same entry id was accepted before: nothing changed. Ring all the same, the first ring may have been lost. */
  | { readonly kind: 'duplicate' }
  /** The inbox holds its most (60 entries or 128 KiB): nothing changed, the sender keeps it and tries again. */
  | { readonly kind: 'full' };

export interface AmendRequest {
  readonly laneId: LaneId;
  /** The message as it reads after the edit; `messageId` says which one it is, `sequence` orders edits of it. */
  readonly entry: InboxEntry & { readonly messageId: number };
}

export type AmendOutcome =
  | { readonly kind: 'amended' }
  /** No such message waits (a command or a stop stays what it is): a turn has taken it, it was answered, or a newer edit came before. Nothing changed. */
  | { readonly kind: 'not_waiting' }
  /** Longer, and the inbox would hold more than its bound in bytes. Nothing changed; worth trying again when it was worked on. */
  | { readonly kind: 'full' };

export interface LaneGlance {
  readonly isIdle: boolean;
  readonly settings: LaneSettings;
}

export interface OverhearRequest {
  readonly laneId: LaneId;
  readonly overheard: Overheard;
}

/** The receiving side of a lane. */
export interface Mailbox {
  /**
   * Puts the entry into the lane's inbox exactly once per entry id, for ever as far as the sender can tell (the newest
   * 200 ids are kept). An entry of kind `stop` finds room above the bounds.
   * @throws RetryableError when the store refuses or does not answer; appending again is safe.
   */
  append(request: AppendRequest): Promise<AppendOutcome>;
  /**
   * Gives a waiting message the words of its edit; its id and its place in the order stay. A message that a turn has taken
   * keeps what the agent has read.
   * @throws RetryableError when the store refuses or does not answer; amending again is safe.
   */
  amend(request: AmendRequest): Promise<AmendOutcome>;
  /**
   * Keeps what was said in a group and not to the bot, for the next turn there, once per id as long as no turn has taken it.
   * Wakes nobody. Of more than twice what a turn is given only the newest stays.
   * @throws RetryableError when the store refuses or does not answer; doing it again is safe.
   */
  overhear(request: OverhearRequest): Promise<void>;
  /** What the heartbeat has to know of a lane, by one read. `isIdle`: it has no turn, no live lease and nothing waiting. */
  glance(laneId: LaneId, nowMs: number): Promise<LaneGlance>;
}
