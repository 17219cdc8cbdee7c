import { turnIdOf } from '@agent-claw/core';
import { aTurnCall } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aWorld, collect, messageSaying, neverAborted, scriptedModel } from '../test/world.ts';

const talk = async (files: Readonly<Record<string, string>> = {}) => {
  const main = scriptedModel((n) => ({ text: `answer ${n + 1}` }));
  const cheap = scriptedModel(() => ({ text: '## Decisions\nTea.' }));
  const world = aWorld({ model: main.model, heartbeatModel: cheap.model, files });
  await world.say('my first question');
  await world.say('my second question');
  /** What the model remembers when it is asked once more. */
  const remembered = async (turn: number): Promise<string> => {
    await world.say('and now?', { turnId: turnIdOf(turn), fence: turn });
    return JSON.stringify(main.inputs.at(-1)?.messages.slice(0, -1));
  };
  const tend = (kind: 'undo' | 'compact' | 'export', turn: number, text = `/${kind}`) =>
    world.ask(text, { kind, turnId: turnIdOf(turn), fence: turn, messages: [messageSaying(text, turn)] });
  return { ...world, main, cheap, remembered, tend };
};

describe('/undo', () => {
  it('forgets the last answer and its question, and says which; again, the one before', async () => {
    const { tend, remembered } = await talk();
    expect(await tend('undo', 3)).toMatch(/^↩️ I have forgotten my last answer and what it answered:\n> answer 2\n/u);
    const after = await remembered(4);
    expect([after.includes('my first question'), after.includes('my second question')]).toEqual([true, false]);
    await tend('undo', 5);
    expect(await tend('undo', 6)).toContain('> answer 1');
    expect(await tend('undo', 7)).toBe('There is nothing in this conversation that I could forget.');
    expect(await remembered(8)).toBe('[]');
  });

  it('that is asked for again under its own turn forgets nothing more', async () => {
    const { tend, remembered, conversations } = await talk();
    const first = await tend('undo', 3);
    const again = aWorld({ conversations });
    const call = aTurnCall({ kind: 'undo', turnId: turnIdOf(3), fence: 4, messages: [messageSaying('/undo', 3)] });
    expect((await collect(again.table.turn(call, neverAborted()))).at(-1)).toMatchObject({ reply: first });
    expect(await remembered(5)).toContain('my first question');
  });

  it('whose forgetting failed after its answer was saved forgets when it is asked again', async () => {
    const { conversations, remembered } = await talk();
    const state = { fails: true };
    const flaky = aWorld({
      conversations: {
        ...conversations,
        evict: async (...of) => {
          if (state.fails) throw new Error('throttled');
          await conversations.evict(...of);
        },
      },
    });
    const call = aTurnCall({ kind: 'undo', turnId: turnIdOf(3), fence: 3, messages: [messageSaying('/undo', 3)] });
    expect((await collect(flaky.table.turn(call, neverAborted()))).at(-1)).toMatchObject({ type: 'failed' });
    state.fails = false;
    expect((await collect(flaky.table.turn({ ...call, fence: 4 }, neverAborted()))).at(-1)).toMatchObject({
      type: 'done',
      reply: expect.stringContaining('> answer 2'),
    });
    expect(await remembered(5)).not.toContain('my second question');
  });
});

describe('/compact', () => {
  it('puts a summary by the cheap model in the place of the conversation, with the focus that was asked for', async () => {
    const { tend, remembered, cheap } = await talk();
    expect(await tend('compact', 3, '/compact the tea')).toMatch(
      /^🗜 The conversation is summed up: about \d+ tokens became 5\. Files and memory stay as they are\.$/u,
    );
    const asked = JSON.stringify(cheap.inputs[0]?.messages);
    expect([asked.includes('about this in detail: the tea'), asked.includes('my second question')]).toEqual([
      true,
      true,
    ]);
    const after = await remembered(4);
    expect([after.includes('my first question'), after.includes('Tea.')]).toEqual([false, true]);
  });

  it('leaves a conversation alone of which no summary comes out, and one that is shorter than a summary', async () => {
    const main = scriptedModel(() => ({ text: 'yes' }));
    const cheap = scriptedModel(() => ({ text: 'half', stopReason: 'maxTokens' }));
    const world = aWorld({ model: main.model, heartbeatModel: cheap.model });
    await world.say('one');
    const ask = (turn: number) => world.ask('/compact', { kind: 'compact', turnId: turnIdOf(turn), fence: turn });
    expect(await ask(2)).toBe('There is nothing to sum up yet.');
    await world.say('two', { turnId: turnIdOf(3), fence: 3 });
    expect(await ask(4)).toBe('No summary came out, so the conversation is as it was.');
    await world.say('three', { turnId: turnIdOf(5), fence: 5 });
    expect(JSON.stringify(main.inputs.at(-1)?.messages)).toContain('two');
  });
});

describe('/export', () => {
  it('writes down who said what and when, and leaves the conversation as it is', async () => {
    const { tend, remembered } = await talk();
    const text = await tend('export', 3);
    expect(text.replaceAll(/### [\d-]{10} [\d:]{5} UTC/gu, '### when')).toBe(
      [
        ['### when', '**Ada:**', 'my first question', '**Assistant:**', 'answer 1'],
        ['### when', '**Ada:**', 'my second question', '**Assistant:**', 'answer 2'],
      ]
        .flat()
        .join('\n\n'),
    );
    expect(await remembered(4)).toContain('my second question');
  });
});
