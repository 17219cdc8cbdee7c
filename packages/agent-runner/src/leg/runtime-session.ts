import { createHash } from 'node:crypto';
import type { ActiveTurn, Lane, RuntimeSessionId } from '@agent-claw/core';
import { SESSION_END_MARGIN_MS } from './limits.ts';

export type RuntimeSession = NonNullable<Lane['runtimeSession']>;

export interface SessionRules {
  /** Changes with every deployment of the container: a live session keeps the code it was started with. */
  readonly runtimeEpoch: string;
  /** How long the platform lets a microVM live. */
  readonly sessionLifeMs: number;
}

/** Derived from the lane, so nobody can guess or choose it. */
const sessionAt = (startedAtMs: number, epoch: string, ...parts: readonly string[]): RuntimeSession => {
  const digest = createHash('sha256')
    .update([...parts, epoch, startedAtMs].join('\n'))
    .digest('hex');
  return { id: `${epoch}-${digest}` as RuntimeSessionId, startedAtMs };
};

/**
 * The microVM for the next start of a turn. Messages of a lane share one; it is left behind at half its life, so that a
 * long turn has room. A heartbeat has one of its own, which is ended after the tick and follows from the turn alone: a
 * deployment in the middle does not lose it.
 */
export const sessionFor = (
  lane: Lane,
  turn: ActiveTurn,
  { runtimeEpoch, sessionLifeMs }: SessionRules,
  nowMs: number,
): RuntimeSession => {
  if (turn.kind === 'heartbeat') return sessionAt(turn.startedAtMs, 'heartbeat', lane.laneId, turn.id);
  const current = lane.runtimeSession;
  const isFit = current?.id.startsWith(`${runtimeEpoch}-`) === true && nowMs - current.startedAtMs < sessionLifeMs / 2;
  return isFit ? current : sessionAt(nowMs, runtimeEpoch, lane.laneId);
};

/** The microVM that a turn begun by an earlier leg runs in, however old: another one would start it a second time. */
export const sessionOf = (lane: Lane, turn: ActiveTurn, rules: SessionRules): RuntimeSession | undefined =>
  turn.kind === 'heartbeat' ? sessionFor(lane, turn, rules, turn.startedAtMs) : lane.runtimeSession;

/** When a turn in it is told to stop, so that its answer is saved before the platform ends the microVM. */
export const sessionEndsAtMs = ({ startedAtMs }: RuntimeSession, { sessionLifeMs }: SessionRules): number =>
  startedAtMs + sessionLifeMs - Math.min(SESSION_END_MARGIN_MS, sessionLifeMs / 10);
