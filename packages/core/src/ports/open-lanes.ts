import type { LaneId } from '../ids.ts';

/** A lane on which something waits, as far as the sweep wants to know it. */
export interface OpenLane {
  readonly laneId: LaneId;
  /** Since when something waits on this lane without a break. */
  readonly openSinceMs: number;
  /** When the last lease ends, or ended without being given back. Absent: nobody holds the lane. */
  readonly leaseUntilMs?: number;
  /** The channel wants silence until then. */
  readonly notBeforeMs?: number;
  /** An agent out of reach is asked again then, by a wake that is under way. */
  readonly retryAtMs?: number;
}

/** Every lane on which something waits, whoever it belongs to. */
export interface OpenLanes {
  /**
   * Lanes that have been open since before `beforeMs`, the oldest first, at most `limit`. A lane may join late, and is
   * then there at the next question; a lane that is listed was open at the moment of asking.
   * @throws RetryableError when the store refuses or does not answer.
   */
  waitingSince(beforeMs: number, limit: number): Promise<readonly OpenLane[]>;
}
