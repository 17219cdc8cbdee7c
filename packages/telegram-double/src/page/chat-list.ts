import type { ChatView, MessageView, PersonView } from '../double-api.ts';
import { arrangeChildren, element, icon, iconButton } from './element.ts';
import type { PageActions } from './page-actions.ts';
import { chatsByTime, placeKey, type PageState, type Place } from './page-state.ts';
import { openPeopleMenu } from './people-menu.ts';
import { personFace } from './person-face.ts';
import { oneLine } from './rich-text.ts';
import { listTime } from './show-time.ts';

/** The left side: who I am, the theme, and the chats with their topics. */
export const createChatList = (actions: PageActions, themeToggle: HTMLElement, nowMs: () => number) => {
  const items = new Map<string, { readonly signature: string; readonly view: HTMLElement }>();
  const list = element('ul', { class: 'chat-list', data: { testid: 'chat-list' }, 'aria-label': 'Chats' });
  const who = element('div', { class: 'who' });
  const current: { state: PageState | null } = { state: null };
  const menu = iconButton(
    'menu',
    'Menu',
    (event) => current.state !== null && openPeopleMenu(current.state, actions, event),
  );
  const view = element(
    'nav',
    { class: 'side', 'aria-label': 'Chats' },
    element('header', { class: 'side-head' }, menu, who, themeToggle),
    list,
    element('p', { class: 'stand-in' }, 'A local stand-in for Telegram. Nothing leaves this machine.'),
  );

  const entry = (state: PageState, entryOf: Entry): HTMLElement => {
    const key = placeKey(entryOf.place);
    const isOpen = state.open !== null && placeKey(state.open) === key;
    const isTyping = (state.conversations[key]?.typing.length ?? 0) > 0;
    const signature = JSON.stringify([
      entryOf,
      isOpen,
      isTyping,
      state.me?.id,
      entryOf.last === undefined ? '' : listTime(entryOf.last.date, nowMs()),
    ]);
    const known = items.get(key);
    if (known?.signature === signature) return known.view;
    const hadFocus = known?.view.contains(document.activeElement) ?? false;
    const fresh = entryView(entryOf, { isOpen, isTyping, me: state.me, nowMs: nowMs() }, actions);
    items.set(key, { signature, view: fresh });
    // The old row loses the focus when it goes; the new one takes it after it is in the document.
    if (hadFocus) queueMicrotask(() => fresh.querySelector('button')?.focus());
    return fresh;
  };

  const render = (state: PageState): void => {
    current.state = state;
    const { me } = state;
    if (me === null) {
      list.replaceChildren(element('li', { class: 'side-empty' }, 'Loading…'));
      return;
    }
    who.replaceChildren(
      element('span', { class: 'who-name', dir: 'auto' }, me.name),
      element('span', { class: 'who-note' }, 'acting as'),
    );
    const entries = chatsByTime(state.chats).flatMap(entriesOf);
    arrangeChildren(list, entries.length === 0 ? [noChats(state, actions)] : entries.map((each) => entry(state, each)));
  };
  return { view, render };
};

interface Entry {
  readonly place: Place;
  readonly title: string;
  readonly kind: 'private' | 'group' | 'topic';
  readonly last: MessageView | undefined;
  readonly unread: number;
}

const entriesOf = (chat: ChatView): readonly Entry[] => [
  {
    place: { chatId: chat.chatId },
    title: chat.title,
    kind: chat.type === 'private' ? 'private' : 'group',
    last: chat.last,
    unread: chat.unread,
  },
  ...chat.topics.map((topic): Entry => ({
    place: { chatId: chat.chatId, threadId: topic.threadId },
    title: topic.name,
    kind: 'topic',
    last: topic.last,
    unread: topic.unread,
  })),
];

interface EntryMoment {
  readonly isOpen: boolean;
  readonly isTyping: boolean;
  readonly me: PersonView | null;
  readonly nowMs: number;
}

const entryView = (entry: Entry, moment: EntryMoment, actions: PageActions): HTMLElement => {
  const { place, last } = entry;
  const face =
    entry.kind === 'topic'
      ? element('span', { class: 'topic-mark' }, icon('topic'))
      : personFace(place.chatId, entry.title);
  const preview = moment.isTyping
    ? element('span', { class: 'preview typing-preview' }, 'typing…')
    : previewOf(entry, moment.me);
  const button = element(
    'button',
    {
      type: 'button',
      class: `chat-item chat-${entry.kind}${moment.isOpen ? ' open' : ''}`,
      'aria-current': moment.isOpen ? 'true' : undefined,
      data: {
        testid: 'chat-item',
        chatId: place.chatId,
        ...(place.threadId === undefined ? {} : { threadId: String(place.threadId) }),
      },
      on: { click: () => actions.open(place) },
    },
    face,
    element(
      'span',
      { class: 'chat-words' },
      element(
        'span',
        { class: 'chat-line' },
        element('span', { class: 'chat-title', dir: 'auto' }, entry.title),
        last === undefined ? null : element('time', { class: 'chat-time' }, listTime(last.date, moment.nowMs)),
      ),
      element('span', { class: 'chat-line' }, preview, unreadBadge(entry.unread)),
    ),
  );
  return element('li', {}, button);
};

const unreadBadge = (unread: number): HTMLElement | null =>
  unread === 0
    ? null
    : element('span', { class: 'badge', 'aria-label': `${unread} unread`, data: { testid: 'unread' } }, String(unread));

const MEDIA_WORDS = {
  photo: 'Photo',
  document: 'File',
  voice: 'Voice message',
  audio: 'Music',
  video: 'Video',
  animation: 'GIF',
  sticker: 'Sticker',
} as const;

/** One line that says what a message holds. */
export const messageSummary = (message: MessageView): string => {
  if (message.service !== undefined) return message.service;
  if (message.text !== '') return oneLine(message.text).slice(0, 160);
  if (message.location !== undefined) return 'Location';
  return message.media === undefined ? 'Message' : MEDIA_WORDS[message.media.kind];
};

const previewOf = ({ last, kind }: Entry, me: PersonView | null): HTMLElement => {
  if (last === undefined) return element('span', { class: 'preview' }, 'No messages yet');
  const sender = last.from.id === me?.id ? 'You' : last.from.firstName;
  const named = last.service === undefined && (kind !== 'private' || last.from.id === me?.id);
  return element(
    'span',
    { class: 'preview', dir: 'auto' },
    named ? element('span', { class: 'preview-name' }, `${sender}: `) : null,
    messageSummary(last),
  );
};

const noChats = (state: PageState, actions: PageActions): HTMLElement => {
  const bot = state.bots[0];
  const start = (): void => {
    if (bot !== undefined) actions.addChat({ type: 'private', botId: bot.id });
  };
  return element(
    'li',
    { class: 'side-empty' },
    element('span', {}, 'No chats yet'),
    bot === undefined
      ? null
      : element('button', { type: 'button', class: 'primary', on: { click: start } }, `Write to ${bot.name}`),
  );
};
