import { createHash } from 'node:crypto';
import type { Lane, RuntimeSessionId } from '@agent-claw/core';
import { SESSION_ROTATION_MS } from './limits.ts';

type Session = NonNullable<Lane['runtimeSession']>;

/**
 * The microVM for a lane's next turn. The id is derived from the lane, so nobody can guess or choose it, and from the
 * deployment, because a live session keeps the code it was started with. A session older than 4 h is left behind, so that
 * a long turn has room under the 8 h limit.
 */
export const sessionFor = (lane: Lane, epoch: string, nowMs: number): Session => {
  const current = lane.runtimeSession;
  if (current !== undefined && current.id.startsWith(`${epoch}-`) && nowMs - current.startedAtMs < SESSION_ROTATION_MS)
    return current;
  const digest = createHash('sha256').update(`${lane.laneId}\n${epoch}\n${nowMs}`).digest('hex');
  return { id: `${epoch}-${digest}` as RuntimeSessionId, startedAtMs: nowMs };
};
