import { aSavedTurn } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { cutHistory, restoreMessages } from './history.ts';

const turns = (count: number) => Array.from({ length: count }, (_, index) => aSavedTurn(index + 1));
const withChars = (count: number, chars: number) =>
  aSavedTurn(count, {
    messages: [
      { role: 'user', content: [{ text: 'ask' }] },
      { role: 'assistant', content: [{ toolUse: { name: 'read_file', toolUseId: 'a', input: {} } }] },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: 'a', status: 'success', content: [{ text: 'x'.repeat(chars) }] } }],
      },
      { role: 'assistant', content: [{ text: 'answer' }] },
    ],
  });

describe('cutHistory', () => {
  it('keeps everything up to 60 messages, then the newest 20 in whole turns', () => {
    expect(cutHistory(turns(30))).toBeNull();
    const all = turns(31);
    expect(cutHistory(all)).toEqual({ evicted: all.slice(0, 21).map(({ turnId }) => turnId), kept: all.slice(21) });
  });

  it('cuts over 60 turns too, of which the old ones without messages go and no word that was said', () => {
    const beat = (count: number) => aSavedTurn(count, { messages: [] });
    const all = [aSavedTurn(1), ...Array.from({ length: 60 }, (_, index) => beat(index + 2))];
    expect(cutHistory(all.slice(0, 60))).toBeNull();
    expect(cutHistory(all)).toEqual({
      evicted: all.slice(1, 41).map(({ turnId }) => turnId),
      kept: [aSavedTurn(1), ...all.slice(41)],
    });
  });

  it('cuts by size too, when few messages are long', () => {
    const all = Array.from({ length: 5 }, (_, index) => withChars(index + 1, 60_000));
    expect(cutHistory(all)?.kept).toEqual(all.slice(3));
  });
});

describe('restoreMessages', () => {
  it('reduces a turn that would fill the prompt to its question and its answer', () => {
    const restored = restoreMessages([withChars(1, 500_000), withChars(2, 10)]);
    expect(restored.map((message) => `${message.role} ${message.content.map((block) => block.type).join()}`)).toEqual([
      'user textBlock',
      'assistant textBlock',
      'user textBlock',
      'assistant toolUseBlock',
      'user toolResultBlock',
      'assistant textBlock',
    ]);
  });
});
