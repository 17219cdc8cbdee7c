import type { TurnCall } from '@agent-claw/core';
import { anEntry } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../test/leg-world.ts';
import { talkingAgent } from '../test/talking-agent.ts';

const aCommand = (sequence: number, name: string) =>
  anEntry(sequence, { kind: 'command', text: `/${name}`, command: { name, args: '' } });

const tending = (reply: string) => {
  const asked: Pick<TurnCall, 'kind' | 'turnId'>[] = [];
  const world = aLegWorld((clock) =>
    talkingAgent(1, {
      async *turn(_session, { kind, turnId, messages }, signal) {
        asked.push({ kind, turnId });
        await clock.sleep(4_000, signal);
        yield { seq: 1, type: 'done', reply, consumed: messages.map(({ id }) => id), ending: 'complete' };
      },
    }).agent(clock),
  );
  return { world, asked };
};

describe('a command about the conversation', () => {
  it.each(['undo', 'compact'])('is carried out by the container in its place in the line: /%s', async (name) => {
    const { world, asked } = tending('done so');
    await world.say(anEntry(1), aCommand(2, name), anEntry(3));
    const leg = world.begin();
    await world.clock.advance(6_000);
    await world.say(aCommand(4, 'whoami'));
    await world.clock.advance(20_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 3 });
    expect(asked.map(({ kind }) => kind)).toEqual(['message', name, 'message']);
    expect(world.shown().filter((text) => text.startsWith('Your Telegram id'))).toHaveLength(1);
    expect(world.lane()?.inbox).toEqual({});
  });

  it('goes on under its own turn in the next leg', async () => {
    const { world, asked } = tending('forgotten');
    await world.say(aCommand(1, 'undo'));
    const first = world.begin({ lengthMs: 2_000 });
    await world.clock.advance(3_000);
    expect(await first).toEqual({ kind: 'handed_over' });
    expect(await world.leg({ wakeId: 'w2' })).toEqual({ kind: 'finished', turns: 1 });
    expect({ asked, shown: world.shown() }).toEqual({
      asked: [
        { kind: 'undo', turnId: 't0000000001' },
        { kind: 'undo', turnId: 't0000000001' },
      ],
      shown: ['forgotten'],
    });
  });
});

describe('/export', () => {
  it('brings the conversation as a file', async () => {
    const { world } = tending('### then\n\n**Ada:**\n\nhi');
    await world.say(aCommand(1, 'export'));
    await world.leg();
    expect(world.messenger.shown().map(({ part }) => part)).toEqual([
      {
        text: 'Our conversation, as far as I remember it.',
        document: { name: 'conversation-2026-09-21.md', content: '### then\n\n**Ada:**\n\nhi' },
      },
    ]);
  });

  it('says so when there is nothing to write down', async () => {
    const { world } = tending('');
    await world.say(aCommand(1, 'export'));
    await world.leg();
    expect(world.shown()).toEqual(['There is nothing in this conversation to write down yet.']);
  });
});
