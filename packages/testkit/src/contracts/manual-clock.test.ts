import { describe } from 'vitest';
import { manualClock } from '../fakes/manual-clock.ts';
import { clockContract } from './clock-contract.ts';

describe('manualClock', () =>
  clockContract(() => {
    const clock = manualClock();
    return { clock, pass: clock.advance, pending: clock.sleepers };
  }));
