import { describe, expect, it } from 'vitest';
import { RetryableError } from '@agent-claw/core';
import { recordingLog } from '@agent-claw/testkit';
import { createAnswerWake } from './answer-wake.ts';
import type { LegOutcome } from './run-leg.ts';

const message = (body: unknown = { v: 1, laneId: 'tg:7000:1' }) => ({
  id: 'w1',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  receiveCount: 2,
});

/** What becomes of a wake whose leg ends like this. */
const answered = async (leg: LegOutcome | Error, options: { hideFails?: boolean; body?: unknown } = {}) => {
  const hidden: number[] = [];
  const log = recordingLog();
  const answerWake = createAnswerWake({
    runLeg: async () => {
      if (leg instanceof Error) throw leg;
      return leg;
    },
    log,
  });
  const hideFor = async (seconds: number): Promise<void> => {
    if (options.hideFails === true) throw new RetryableError('throttled');
    hidden.push(seconds);
  };
  const isAnswered = await answerWake(message(options.body), { hideFor }, { id: 'i1', endsAtMs: 0 });
  return { isAnswered, hidden, events: log.lines.map(({ event }) => event) };
};

describe('answer-wake', () => {
  it('acknowledges when the lane is at rest, with another wake, or handed over', async () => {
    const done = { isAnswered: true, hidden: [], events: ['leg_ended'] };
    expect(await answered({ kind: 'finished', turns: 1 })).toEqual(done);
    expect(await answered({ kind: 'left_to_holder' })).toEqual(done);
    expect(await answered({ kind: 'handed_over' })).toEqual(done);
  });

  it('keeps the wake of a lost lease as it is', async () => {
    expect(await answered({ kind: 'lease_lost' })).toEqual({ isAnswered: false, hidden: [], events: ['leg_ended'] });
  });

  it('hides a wake that is given back, no longer than the queue allows', async () => {
    expect((await answered({ kind: 'give_back', afterS: 90 })).hidden).toEqual([90]);
    expect((await answered({ kind: 'give_back', afterS: 86_400 })).hidden).toEqual([42_000]);
  });

  it('keeps the wake of a failed leg and comes back soon', async () => {
    expect(await answered(new RetryableError('x'))).toEqual({ isAnswered: false, hidden: [4], events: ['leg_failed'] });
  });

  it('keeps the wake when hiding it fails as well', async () => {
    expect(await answered(new RetryableError('x'), { hideFails: true })).toEqual({
      isAnswered: false,
      hidden: [],
      events: ['leg_failed', 'wake_hide_failed'],
    });
  });

  it('drops what is not a wake: it would fail for ever', async () => {
    expect(await answered({ kind: 'finished', turns: 0 }, { body: 'not json' })).toEqual({
      isAnswered: true,
      hidden: [],
      events: ['wake_unreadable'],
    });
  });
});
