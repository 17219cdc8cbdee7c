import { clockContract } from '@agent-claw/testkit/contracts';
import { setTimeout as realTime } from 'node:timers/promises';
import { describe } from 'vitest';
import { systemClock } from '../src/system-clock.ts';

/** A sleep that is not over holds a timer of the process. */
const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

describe('systemClock', () =>
  clockContract(() => ({ clock: systemClock, pass: (ms) => realTime(ms), pending: timers })));
