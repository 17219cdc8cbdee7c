import type {
  ChatView,
  DoubleEvent,
  DoubleState,
  DraftView,
  MessageView,
  PersonView,
  TypingView,
} from '../double-api.ts';

/** What can be opened on the right: a chat, or one topic of a forum. */
export interface Place {
  readonly chatId: string;
  readonly threadId?: number;
}

/** What is known of one place: a run of messages without gaps up to the newest, oldest first. */
export interface Conversation {
  readonly messages: readonly MessageView[];
  readonly typing: readonly TypingView[];
  readonly drafts: readonly DraftView[];
  readonly hasEarlier: boolean;
  /** False until the history has arrived; live events are kept meanwhile and win over it. */
  readonly loaded: boolean;
}

export type Connection = 'connecting' | 'live' | 'lost';

/** Everything the page shows that came from the double. Never changed in place: unchanged parts stay identical. */
export interface PageState {
  readonly me: PersonView | null;
  readonly bots: readonly PersonView[];
  readonly people: readonly PersonView[];
  readonly chats: readonly ChatView[];
  readonly open: Place | null;
  readonly conversations: Readonly<Record<string, Conversation>>;
  readonly connection: Connection;
}

export type PageEvent =
  | { readonly kind: 'state_loaded'; readonly state: DoubleState }
  | { readonly kind: 'history_loaded'; readonly place: Place; readonly conversation: Omit<Conversation, 'loaded'> }
  | {
      readonly kind: 'earlier_loaded';
      readonly place: Place;
      readonly messages: readonly MessageView[];
      readonly hasEarlier: boolean;
    }
  | { readonly kind: 'opened'; readonly place: Place | null }
  | { readonly kind: 'connection'; readonly connection: Connection }
  | { readonly kind: 'live'; readonly event: DoubleEvent };

export const initialPageState: PageState = {
  me: null,
  bots: [],
  people: [],
  chats: [],
  open: null,
  conversations: {},
  connection: 'connecting',
};

/** One name per place; equal for equal places. */
export const placeKey = (place: Place): string =>
  place.threadId === undefined ? place.chatId : `${place.chatId}/${place.threadId}`;

/** The next state. Applying the same event again changes nothing more, so a resumed stream may overlap a fresh load. */
export const reducePage = (state: PageState, event: PageEvent): PageState => {
  switch (event.kind) {
    case 'state_loaded': {
      const { me, bots, people, chats } = event.state;
      // Conversations belong to the person who looks: another person must load them anew.
      return { ...state, me, bots, people, chats, conversations: state.me?.id === me.id ? state.conversations : {} };
    }
    case 'history_loaded':
      return withConversation(state, event.place, (known) => ({
        ...event.conversation,
        messages: inOrder([...event.conversation.messages, ...known.messages]),
        loaded: true,
      }));
    case 'earlier_loaded':
      return withConversation(state, event.place, (known) => ({
        ...known,
        hasEarlier: event.hasEarlier,
        messages: inOrder([...event.messages, ...known.messages]),
      }));
    case 'opened':
      return event.place === null
        ? { ...state, open: null }
        : withConversation({ ...state, open: event.place }, event.place, (known) => known);
    case 'connection':
      return state.connection === event.connection ? state : { ...state, connection: event.connection };
    case 'live':
      return reduceLive(state, event.event);
  }
};

const reduceLive = (state: PageState, event: DoubleEvent): PageState => {
  switch (event.type) {
    case 'reset':
      // Events were missed: what was loaded may have gaps now, so it is loaded again.
      return { ...state, conversations: {} };
    case 'hello':
    case 'commands':
    case 'callback_answered':
      return state;
    case 'message':
      return withLast(
        inConversation(state, event.message, (known) => ({
          ...known,
          messages: inOrder([...known.messages, event.message]),
          typing: known.typing.filter((typing) => typing.from.id !== event.message.from.id),
        })),
        event.message,
      );
    case 'edited':
      return withLast(
        inConversation(state, event.message, (known) => ({
          ...known,
          messages: known.messages.map((message) =>
            message.messageId === event.message.messageId ? event.message : message,
          ),
        })),
        event.message,
      );
    case 'deleted':
      return inEveryConversation(state, event.chatId, (known) => ({
        ...known,
        messages: known.messages.filter((message) => !event.messageIds.includes(message.messageId)),
      }));
    case 'reactions':
      return inEveryConversation(state, event.chatId, (known) => ({
        ...known,
        messages: known.messages.map((message) =>
          message.messageId === event.messageId ? { ...message, reactions: event.reactions } : message,
        ),
      }));
    case 'typing':
      return inConversation(state, event.typing, (known) => ({
        ...known,
        typing: [...known.typing.filter((typing) => typing.from.id !== event.typing.from.id), event.typing],
      }));
    case 'typing_ended':
      return inConversation(state, event, (known) => ({
        ...known,
        typing: known.typing.filter((typing) => typing.from.id !== event.from.id),
      }));
    case 'draft':
      return inConversation(state, event.draft, (known) => ({
        ...known,
        drafts: [...known.drafts.filter((draft) => draft.draftId !== event.draft.draftId), event.draft],
      }));
    case 'draft_cleared':
      return inConversation(state, event, (known) => ({
        ...known,
        drafts: known.drafts.filter((draft) => draft.draftId !== event.draftId),
      }));
    case 'chat':
      return { ...state, chats: [...state.chats.filter((chat) => chat.chatId !== event.chat.chatId), event.chat] };
    case 'person': {
      const { person } = event;
      const without = (known: readonly PersonView[]): readonly PersonView[] =>
        known.filter(({ id }) => id !== person.id);
      return person.isBot
        ? { ...state, bots: [...without(state.bots), person] }
        : { ...state, people: [...without(state.people), person] };
    }
  }
};

/** Chats as the list shows them: the one with the newest message first. */
export const chatsByTime = (chats: readonly ChatView[]): readonly ChatView[] =>
  chats.toSorted((left, right) => latest(right) - latest(left) || left.title.localeCompare(right.title));

const latest = (chat: ChatView): number =>
  Math.max(chat.createdDate, chat.last?.date ?? 0, ...chat.topics.map((topic) => topic.last?.date ?? 0));

const placeOf = ({ chatId, threadId }: { chatId: string; threadId?: number }): Place =>
  threadId === undefined ? { chatId } : { chatId, threadId };

const withConversation = (state: PageState, place: Place, change: (known: Conversation) => Conversation): PageState => {
  const key = placeKey(place);
  const known = state.conversations[key] ?? { messages: [], typing: [], drafts: [], hasEarlier: false, loaded: false };
  return { ...state, conversations: { ...state.conversations, [key]: change(known) } };
};

// A place that was never opened is left alone: starting it from one live message would leave a gap before it.
const inConversation = (
  state: PageState,
  where: { chatId: string; threadId?: number },
  change: (known: Conversation) => Conversation,
): PageState =>
  placeKey(placeOf(where)) in state.conversations ? withConversation(state, placeOf(where), change) : state;

const inEveryConversation = (
  state: PageState,
  chatId: string,
  change: (known: Conversation) => Conversation,
): PageState => {
  const changed = Object.entries(state.conversations).map(([key, known]): [string, Conversation] =>
    key === chatId || key.startsWith(`${chatId}/`) ? [key, change(known)] : [key, known],
  );
  return { ...state, conversations: Object.fromEntries(changed) };
};

const withLast = (state: PageState, message: MessageView): PageState => {
  const replaces = (last: MessageView | undefined): boolean =>
    last === undefined || last.messageId <= message.messageId;
  const chats = state.chats.map((chat): ChatView => {
    if (chat.chatId !== message.chatId) return chat;
    if (message.threadId === undefined) return replaces(chat.last) ? { ...chat, last: message } : chat;
    const topics = chat.topics.map((topic) =>
      topic.threadId === message.threadId && replaces(topic.last) ? { ...topic, last: message } : topic,
    );
    return { ...chat, topics };
  });
  return { ...state, chats };
};

const inOrder = (messages: readonly MessageView[]): readonly MessageView[] =>
  [...new Map(messages.map((message) => [message.messageId, message])).values()].toSorted(
    (left, right) => left.messageId - right.messageId,
  );
