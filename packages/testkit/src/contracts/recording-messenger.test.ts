import { laneIdOf } from '@agent-claw/core';
import type { LaneAddress, RenderedPart } from '@agent-claw/core';
import { describe } from 'vitest';
import { recordingMessenger } from '../fakes/recording-messenger.ts';
import { messengerContract } from './messenger-contract.ts';

const chat: LaneAddress = { channel: 'tg', account: '7000', place: '4242001' };
const topic: LaneAddress = { channel: 'tg', account: '7000', place: '-100', thread: '2' };
const group: LaneAddress = { channel: 'tg', account: '7000', place: '-7' };

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
      group,
      part: (text) => ({ text }) as unknown as RenderedPart,
      document: (document, caption) => ({ text: caption, document }) as unknown as RenderedPart,
      files: async (contents, caption) =>
        ({ text: caption, files: contents.map((content) => ({ content })) }) as unknown as RenderedPart,
      missingFile: async () => {
        messenger.answerSend({ kind: 'undeliverable', reason: 'gone', isFile: true });
        return { text: '', files: [{}] } as unknown as RenderedPart;
      },
      seenFile: (content, caption) => ({ text: caption, files: [{ content }] }),
      seen: async (at) =>
        messenger
          .shown()
          .filter(({ to }) => to.place === at.place && to.thread === at.thread)
          .map(({ to: _to, edits: _edits, ...message }) => message),
      drafts: async (at) =>
        messenger
          .drafts()
          .filter(({ to }) => laneIdOf(to) === laneIdOf(at))
          .map(({ turn, part }) => ({ turn, part })),
      commands: async (at) => messenger.offered.get(laneIdOf(at)) ?? [],
      isTyping: async () => messenger.calls.includes('typing'),
      block: async () => messenger.block(chat),
      migrate: async () => {
        const to = { ...group, place: '-1007' };
        messenger.move(group, to);
        return to;
      },
      deleteTopic: async () => {
        for (const { messageId, to } of messenger.shown())
          if (laneIdOf(to) === laneIdOf(topic)) messenger.forget(messageId);
        messenger.move(topic, { channel: topic.channel, account: topic.account, place: topic.place });
      },
      deleteMessage: async (_at, messageId) => messenger.forget(messageId),
      flood: async (retryAfterMs) => answerAll(wait(retryAfterMs), wait(retryAfterMs)),
      cutAnswer: async (of) =>
        of === 'send' ? messenger.answerSend({ kind: 'in_doubt' }) : messenger.answerEdit({ kind: 'in_doubt' }),
      goOffline: async () => answerAll(wait(5_000), wait(5_000)),
      goOnline: async () => undefined,
    };
  }));
