import { describe, expect, it } from 'vitest';
import type { ChatView, DoubleEvent, DraftView, TypingView } from '../double-api.ts';
import { aBot, aChat, aMessage, you } from './page-message.test-kit.ts';
import { chatsByTime, initialPageState, reducePage, type PageEvent, type PageState } from './page-state.ts';

const live = (event: DoubleEvent): PageEvent => ({ kind: 'live', event });
const play = (events: readonly PageEvent[], from: PageState = initialPageState): PageState =>
  events.reduce(reducePage, from);
const history = (...ids: number[]): PageEvent => ({
  kind: 'history_loaded',
  place: { chatId: '1' },
  conversation: { messages: ids.map((id) => aMessage(id)), typing: [], drafts: [], hasEarlier: false },
});
const loaded = (chats: readonly ChatView[], me = you): PageEvent => ({
  kind: 'state_loaded',
  state: { me, bots: [aBot], people: [you], chats, lastEventId: 0 },
});
const texts = (state: PageState, key = '1'): string[] | undefined =>
  state.conversations[key]?.messages.map(({ text }) => text);
const typing: TypingView = { chatId: '1', from: aBot, action: 'typing', untilMs: 5 };
const draft: DraftView = { chatId: '1', draftId: 9, from: aBot, text: 'wri', entities: [], canStop: false, untilMs: 5 };

describe('page-state', () => {
  it('adds live messages in order, each once', () => {
    const state = play([
      history(1, 2),
      live({ type: 'message', message: aMessage(4) }),
      live({ type: 'message', message: aMessage(3) }),
      live({ type: 'message', message: aMessage(4) }),
    ]);
    expect(texts(state)).toEqual(['text 1', 'text 2', 'text 3', 'text 4']);
  });

  it('keeps what came live while the history was on its way, the newer text included', () => {
    const state = play([
      { kind: 'opened', place: { chatId: '1' } },
      live({ type: 'message', message: aMessage(2, { text: 'new' }) }),
      history(1, 2),
    ]);
    expect(texts(state)).toEqual(['text 1', 'new']);
  });

  it('replaces an edited message and leaves the others identical', () => {
    const before = play([history(1, 2)]);
    const after = reducePage(before, live({ type: 'edited', message: aMessage(2, { text: 'longer', editDate: 5 }) }));
    expect(texts(after)).toEqual(['text 1', 'longer']);
    expect(after.conversations['1']?.messages[0]).toBe(before.conversations['1']?.messages[0]);
  });

  it('removes deleted messages and ignores an edit of one that is gone', () => {
    const state = play([
      history(1, 2),
      live({ type: 'deleted', chatId: '1', messageIds: [1] }),
      live({ type: 'edited', message: aMessage(1) }),
    ]);
    expect(texts(state)).toEqual(['text 2']);
  });

  it('puts reactions on their message', () => {
    const reactions = [{ emoji: '👍', userIds: [1] }];
    const state = play([history(1), live({ type: 'reactions', chatId: '1', messageId: 1, reactions })]);
    expect(state.conversations['1']?.messages).toEqual([aMessage(1, { reactions })]);
  });

  it('ends typing with the message of who typed, or when the double says so', () => {
    const busy = play([
      history(),
      live({ type: 'typing', typing }),
      live({ type: 'typing', typing: { ...typing, untilMs: 9 } }),
    ]);
    expect(busy.conversations['1']?.typing).toEqual([{ ...typing, untilMs: 9 }]);
    const ends: DoubleEvent[] = [
      { type: 'message', message: aMessage(1, { from: aBot }) },
      { type: 'typing_ended', chatId: '1', from: aBot },
    ];
    expect(ends.map((event) => reducePage(busy, live(event)).conversations['1']?.typing)).toEqual([[], []]);
    expect(reducePage(busy, live({ type: 'message', message: aMessage(1) })).conversations['1']?.typing).toHaveLength(
      1,
    );
  });

  it('grows a draft in place and clears it', () => {
    const writing = play([
      history(),
      live({ type: 'draft', draft }),
      live({ type: 'draft', draft: { ...draft, text: 'writing' } }),
    ]);
    expect(writing.conversations['1']?.drafts).toEqual([{ ...draft, text: 'writing' }]);
    expect(
      reducePage(writing, live({ type: 'draft_cleared', chatId: '1', draftId: 9 })).conversations['1']?.drafts,
    ).toEqual([]);
  });

  it('keeps topics of one forum apart', () => {
    const state = play([
      { kind: 'opened', place: { chatId: '1' } },
      { kind: 'opened', place: { chatId: '1', threadId: 7 } },
      live({ type: 'message', message: aMessage(1, { threadId: 7, text: 'in the topic' }) }),
    ]);
    expect([texts(state, '1'), texts(state, '1/7')]).toEqual([[], ['in the topic']]);
  });

  it('shows the newest message in the list, its edits too, and never an older one', () => {
    const last = (events: readonly PageEvent[]): string | undefined =>
      play([loaded([aChat('1', { last: aMessage(5) })]), ...events]).chats[0]?.last?.text;
    expect(last([live({ type: 'message', message: aMessage(6) })])).toBe('text 6');
    expect(last([live({ type: 'edited', message: aMessage(5, { text: 'better' }) })])).toBe('better');
    expect(last([live({ type: 'edited', message: aMessage(2, { text: 'old' }) })])).toBe('text 5');
  });

  it('forgets conversations when another person looks or events were missed, and keeps them on a plain reload', () => {
    const ada = { ...you, id: 3 };
    const known = play([loaded([]), history(1)]);
    expect(Object.keys(reducePage(known, loaded([])).conversations)).toEqual(['1']);
    expect(reducePage(known, loaded([], ada)).conversations).toEqual({});
    expect(reducePage(known, live({ type: 'reset' })).conversations).toEqual({});
  });

  it('sorts chats by their newest message, topics counted', () => {
    const topic = { threadId: 7, name: 't', iconColor: 0, closed: false, unread: 0, last: aMessage(9, { date: 50 }) };
    const chats = [aChat('a'), aChat('b', { last: aMessage(1, { date: 40 }) }), aChat('c', { topics: [topic] })];
    expect(chatsByTime(chats).map(({ chatId }) => chatId)).toEqual(['c', 'b', 'a']);
  });
});
