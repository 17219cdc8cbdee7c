import { describe, expect, it } from 'vitest';
import { createManualClock } from '../manual-clock.ts';
import { createRateLimits } from './rate-limits.ts';

const aBot = () => {
  const clock = createManualClock();
  const limits = createRateLimits(clock);
  /** @returns 0 when the call runs, else the seconds it is told to wait. */
  const call = (method: string, chatId: number): number => {
    const refusal = limits.refusal(method, chatId);
    if (refusal === null) limits.spend(method, chatId);
    return refusal?.retryAfterS ?? 0;
  };
  const times = (count: number, method: string, chatId: number) =>
    Array.from({ length: count }, () => call(method, chatId));
  return { clock, limits, call, times };
};

describe('rate-limits', () => {
  it('lets a private chat have a burst of five, then one a second', async () => {
    const { clock, call, times } = aBot();
    const burst = times(6, 'sendMessage', 1);
    await clock.advance(1_000);
    expect([burst, call('editMessageText', 1)]).toEqual([[0, 0, 0, 0, 0, 1], 0]);
  });

  it('counts sends and edits of a group together, twenty a minute', async () => {
    const { clock, call, times } = aBot();
    const first = [...times(10, 'sendMessage', -5), ...times(10, 'editMessageText', -5)];
    const refused = call('sendPhoto', -5);
    await clock.advance(3_000);
    expect([first.every((wait) => wait === 0), refused, call('sendMessage', -5)]).toEqual([true, 3, 0]);
  });

  it('lets all chats together have thirty a second', () => {
    const { call, limits } = aBot();
    for (let chat = 1; chat <= 30; chat += 1) call('sendMessage', chat);
    expect(limits.refusal('sendMessage', 31)).toEqual({ limit: 'global', retryAfterS: 1 });
  });

  it('counts drafts apart: twenty in five seconds', () => {
    const { times, call } = aBot();
    expect([times(20, 'sendMessageDraft', 1).includes(1), call('sendMessageDraft', 1), call('sendMessage', 1)]).toEqual(
      [false, 1, 0],
    );
  });

  it('makes a bot that does not wait wait longer', async () => {
    const { clock, call, times } = aBot();
    times(5, 'sendMessage', 1);
    const waits = [call('sendMessage', 1), call('sendMessage', 1), call('sendMessage', 1)];
    await clock.advance(3_900);
    const early = call('sendMessage', 1);
    await clock.advance(8_000);
    expect([waits, early, call('sendMessage', 1)]).toEqual([[1, 2, 4], 8, 0]);
  });

  it('leaves alone what shows nothing in a chat', () => {
    const { times } = aBot();
    expect(
      times(50, 'sendChatAction', 1)
        .concat(times(50, 'getFile', 0))
        .some((wait) => wait > 0),
    ).toEqual(false);
  });
});
