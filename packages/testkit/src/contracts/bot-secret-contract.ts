import type { BotSecretSource } from '@agent-claw/core';
import { expect, it } from 'vitest';
import { manualClock } from '../fakes/manual-clock.ts';
import type { ManualClock } from '../fakes/manual-clock.ts';

export interface BotSecretWorld {
  readonly source: BotSecretSource;
  readonly rotate: (botToken: string) => Promise<void>;
}

/** The promises of `BotSecretSource`. `create` stores the token `1:first`. */
export const botSecretContract = (create: (clock: ManualClock) => Promise<BotSecretWorld>): void => {
  it('keeps what it has read for five minutes, then reads again', async () => {
    const clock = manualClock();
    const { source, rotate } = await create(clock);
    expect(await source.get()).toEqual({ botToken: '1:first' });
    await rotate('1:second');
    await clock.advance(299_999);
    expect(await source.get()).toEqual({ botToken: '1:first' });
    await clock.advance(1);
    expect(await source.get()).toEqual({ botToken: '1:second' });
  });

  it('reads again at once when asked for a fresh one, and keeps that', async () => {
    const { source, rotate } = await create(manualClock());
    await source.get();
    await rotate('1:second');
    expect(await source.get({ fresh: true })).toEqual({ botToken: '1:second' });
    expect(await source.get()).toEqual({ botToken: '1:second' });
  });
};
