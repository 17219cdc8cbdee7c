import type { LaneAddress, RenderedPart } from '@agent-claw/core';
import { describe } from 'vitest';
import { recordingMessenger } from '../fakes/recording-messenger.ts';
import { messengerContract } from './messenger-contract.ts';

const chat: LaneAddress = { channel: 'tg', account: '7000', place: '4242001' };
const topic: LaneAddress = { channel: 'tg', account: '7000', place: '-100', thread: '2' };

describe('recordingMessenger', () =>
  messengerContract(async () => {
    const messenger = recordingMessenger();
    const answerAll = (
      outcome: Parameters<typeof messenger.answerSend>[0] & Parameters<typeof messenger.answerEdit>[0],
      courtesy: Parameters<typeof messenger.answerTyping>[0],
    ) => {
      messenger.answerSend(outcome);
      messenger.answerEdit(outcome);
      messenger.answerRemove(courtesy);
      messenger.answerTyping(courtesy);
    };
    const wait = (retryAfterMs: number) => ({ kind: 'wait', retryAfterMs }) as const;
    return {
      messenger,
      chat,
      topic,
      part: (text) => ({ text }) as unknown as RenderedPart,
      seen: async (at) =>
        messenger
          .shown()
          .filter(({ to }) => to.place === at.place && to.thread === at.thread)
          .map(({ to: _to, edits: _edits, ...message }) => message),
      isTyping: async () => messenger.calls.includes('typing'),
      block: async () => answerAll({ kind: 'undeliverable', reason: 'blocked' }, { kind: 'failed' }),
      flood: async () => answerAll(wait(9_000), wait(9_000)),
      cutAnswer: async (of) =>
        of === 'send' ? messenger.answerSend({ kind: 'in_doubt' }) : messenger.answerEdit({ kind: 'in_doubt' }),
      goOffline: async () => answerAll(wait(5_000), wait(5_000)),
      goOnline: async () => undefined,
    };
  }));
