import type { Clock } from '../clock.ts';
import type { DraftView, TypingView } from '../double-api.ts';
import type { EventStream } from './event-stream.ts';

const typingMs = 5_000;
const draftMs = 30_000;

/** What is shown for a moment and never stored: chat actions and drafts. Both end by themselves. */
export interface Presence {
  act(typing: Omit<TypingView, 'untilMs'>): void;
  draft(draft: Omit<DraftView, 'untilMs'> & { readonly keepOnStop: boolean }): void;
  /** Ends the chat action, and nothing else. */
  stopActing(chatId: string, threadId: number | undefined, fromId: number): void;
  /** A message of the bot replaces what it showed in this place. */
  clear(chatId: string, threadId: number | undefined, fromId: number): void;
  /** A person stops the draft: it goes, or stays without the button when the bot has asked for that. @returns it as it was. */
  stopDraft(chatId: string, threadId: number | undefined, draftId: number): DraftView | undefined;
  typingIn(chatId: string): TypingView[];
  draftsIn(chatId: string): DraftView[];
  close(): void;
}

interface Shown<T> {
  readonly view: T;
  readonly timer: AbortController;
}

export const createPresence = (clock: Clock, events: EventStream): Presence => {
  const typing = new Map<string, Shown<TypingView>>();
  const drafts = new Map<string, Shown<DraftView>>();
  const keptOnStop = new Set<string>();

  const show = <T>(shown: Map<string, Shown<T>>, key: string, view: T, ttlMs: number, end: () => void): void => {
    shown.get(key)?.timer.abort();
    const timer = new AbortController();
    shown.set(key, { view, timer });
    void clock.sleep(ttlMs, timer.signal).then(() => {
      if (!timer.signal.aborted) end();
    });
  };
  const place = (chatId: string, threadId: number | undefined, id: number): string =>
    `${chatId}/${threadId ?? ''}/${id}`;
  const thread = (threadId: number | undefined) => (threadId === undefined ? {} : { threadId });

  const endTyping = (key: string): void => {
    const shown = typing.get(key);
    if (shown === undefined) return;
    shown.timer.abort();
    typing.delete(key);
    const { chatId, threadId, from } = shown.view;
    events.publish(chatId, { type: 'typing_ended', chatId, ...thread(threadId), from });
  };
  const endDraft = (key: string): DraftView | undefined => {
    const shown = drafts.get(key);
    if (shown === undefined) return undefined;
    shown.timer.abort();
    drafts.delete(key);
    keptOnStop.delete(key);
    const { chatId, threadId, draftId } = shown.view;
    events.publish(chatId, { type: 'draft_cleared', chatId, ...thread(threadId), draftId });
    return shown.view;
  };

  return {
    act: (action) => {
      const key = place(action.chatId, action.threadId, action.from.id);
      const view = { ...action, untilMs: clock.now() + typingMs };
      show(typing, key, view, typingMs, () => endTyping(key));
      events.publish(action.chatId, { type: 'typing', typing: view });
    },
    draft: ({ keepOnStop, ...draft }) => {
      const key = place(draft.chatId, draft.threadId, draft.draftId);
      if (keepOnStop) keptOnStop.add(key);
      else keptOnStop.delete(key);
      const view = { ...draft, untilMs: clock.now() + draftMs };
      show(drafts, key, view, draftMs, () => endDraft(key));
      events.publish(draft.chatId, { type: 'draft', draft: view });
    },
    stopActing: (chatId, threadId, fromId) => endTyping(place(chatId, threadId, fromId)),
    clear: (chatId, threadId, fromId) => {
      endTyping(place(chatId, threadId, fromId));
      for (const [key, { view }] of drafts)
        if (view.chatId === chatId && view.threadId === threadId && view.from.id === fromId) endDraft(key);
    },
    stopDraft: (chatId, threadId, draftId) => {
      const key = place(chatId, threadId, draftId);
      const shown = drafts.get(key);
      if (shown === undefined || !keptOnStop.has(key)) return endDraft(key);
      const draft = { ...shown.view, canStop: false };
      drafts.set(key, { ...shown, view: draft });
      events.publish(chatId, { type: 'draft', draft });
      return shown.view;
    },
    typingIn: (chatId) => [...typing.values()].map(({ view }) => view).filter((view) => view.chatId === chatId),
    draftsIn: (chatId) => [...drafts.values()].map(({ view }) => view).filter((view) => view.chatId === chatId),
    close: () => {
      for (const { timer } of [...typing.values(), ...drafts.values()]) timer.abort();
    },
  };
};
