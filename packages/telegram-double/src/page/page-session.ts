import type { ButtonView, CallbackView, DoubleEvent, MessageView } from '../double-api.ts';
import { createDoubleClient, type DoubleClient } from './double-client.ts';
import type { PageActions } from './page-actions.ts';
import { initialPageState, placeKey, reducePage, type PageEvent, type PageState, type Place } from './page-state.ts';

const HISTORY_LIMIT = 100;
const CALLBACK_WAIT_MS = 15_000;

export interface PageSessionDeps {
  readonly render: (state: PageState) => void;
  readonly tell: (text: string) => void;
  readonly alert: (text: string) => void;
  readonly openLink: (url: string) => void;
  readonly isVisible: () => boolean;
}

/** What the session itself can do; the parts that only move the page's own controls are added by the page. */
export type SessionActions = Omit<
  PageActions,
  'startReply' | 'startEdit' | 'startForward' | 'insert' | 'copy' | 'open' | 'close' | 'actAs'
>;

/** Keeps the page's state in step with the double, for one person at a time, and carries out what that person does. */
export const createPageSession = (deps: PageSessionDeps) => {
  const now = {
    state: initialPageState,
    client: createDoubleClient(null),
    stop: () => {},
    reading: '',
    loadingEarlier: false,
  };
  const answered = new Map<string, (callback: CallbackView) => void>();

  const dispatch = (event: PageEvent): void => {
    now.state = reducePage(now.state, event);
    deps.render(now.state);
    markRead();
  };
  const attempt = async <Value>(work: (client: DoubleClient) => Promise<Value>): Promise<Value | null> => {
    try {
      return await work(now.client);
    } catch (failure) {
      deps.tell(failure instanceof Error ? failure.message : String(failure));
      return null;
    }
  };
  const does = (work: (client: DoubleClient) => Promise<unknown>): void => void attempt(work);

  const markRead = (): void => {
    const { open, chats } = now.state;
    const chat = chats.find(({ chatId }) => chatId === open?.chatId);
    if (open === null || chat === undefined || !deps.isVisible()) return;
    const seen = open.threadId === undefined ? chat : chat.topics.find(({ threadId }) => threadId === open.threadId);
    const reading = `${placeKey(open)}:${seen?.unread ?? 0}:${seen?.last?.messageId ?? 0}`;
    if (seen === undefined || seen.unread === 0 || reading === now.reading) return;
    now.reading = reading;
    does(async (client) => dispatch({ kind: 'live', event: { type: 'chat', chat: await client.read(open) } }));
  };

  const loadHistory = async (place: Place): Promise<void> => {
    const loaded = await attempt((client) => client.history(place, undefined, HISTORY_LIMIT));
    if (loaded === null) return;
    dispatch({
      kind: 'history_loaded',
      place,
      conversation: { ...loaded, hasEarlier: loaded.messages.length === HISTORY_LIMIT },
    });
  };
  const show = (place: Place | null): void => {
    dispatch({ kind: 'opened', place });
    if (place !== null && now.state.conversations[placeKey(place)]?.loaded !== true) void loadHistory(place);
  };

  const receive = (event: DoubleEvent): void => {
    if (event.type === 'callback_answered') answered.get(event.callback.queryId)?.(event.callback);
    dispatch({ kind: 'live', event });
    if (event.type === 'reset') void load();
  };
  const load = async (): Promise<number | null> => {
    const state = await attempt((client) => client.state());
    if (state === null) return null;
    dispatch({ kind: 'state_loaded', state });
    show(now.state.open);
    return state.lastEventId;
  };

  const press = async (message: MessageView, _button: ButtonView, row: number, column: number): Promise<void> => {
    const answer = await attempt(async (client) => {
      const { queryId } = await client.press(message, row, column);
      const { promise, resolve } = Promise.withResolvers<CallbackView | null>();
      answered.set(queryId, resolve);
      const timer = setTimeout(() => resolve(null), CALLBACK_WAIT_MS);
      // The answer may have come before this page knew the query's id.
      const known = await client.callback(queryId);
      if (known.answered) resolve(known);
      const callback = await promise;
      clearTimeout(timer);
      answered.delete(queryId);
      return callback;
    });
    if (answer?.url !== undefined) deps.openLink(answer.url);
    if (answer?.text !== undefined && answer.text !== '') (answer.showAlert ? deps.alert : deps.tell)(answer.text);
  };

  const actions: SessionActions = {
    send: async (text, replyTo) => {
      const { open } = now.state;
      if (open === null) return false;
      return (
        (await attempt((client) => client.send(open.chatId, { text, ...inThread(open), ...asReply(replyTo) }))) !== null
      );
    },
    sendFiles: async (files, mode, text, replyTo) => {
      const { open } = now.state;
      if (open === null) return false;
      const message = { ...(text === '' ? {} : { text }), ...inThread(open), ...asReply(replyTo) };
      return (await attempt((client) => client.sendFiles(open.chatId, files, mode, message))) !== null;
    },
    saveEdit: (message, text) => does((client) => client.edit(message, text)),
    forward: async (messages, to) => {
      const forwarded = await attempt(async (client) => {
        // One after the other: they arrive in the order in which they were sent.
        for (const message of messages) await client.forward(message, to);
        return true;
      });
      return forwarded ?? false;
    },
    remove: (message) => does((client) => client.remove(message)),
    react: (message, emoji) => does((client) => client.react(message, emoji)),
    press,
    stopDraft: (draft) => does((client) => client.stop(draft)),
    loadEarlier: () => {
      const { open } = now.state;
      const known = open === null ? undefined : now.state.conversations[placeKey(open)];
      const first = known?.messages[0];
      if (open === null || first === undefined || known?.hasEarlier !== true || now.loadingEarlier) return;
      now.loadingEarlier = true;
      does(async (client) => {
        const { messages } = await client.history(open, first.messageId, HISTORY_LIMIT).finally(() => {
          now.loadingEarlier = false;
        });
        dispatch({ kind: 'earlier_loaded', place: open, messages, hasEarlier: messages.length === HISTORY_LIMIT });
      });
    },
    commands: async (chatId) => (await attempt((client) => client.commands(chatId))) ?? [],
    setBlocked: (chatId, blocked) => does((client) => client.setBlocked(chatId, blocked)),
    setBotIn: (chatId, botId, isIn) => does((client) => client.setBotIn(chatId, botId, isIn)),
    addPerson: (firstName) =>
      does(async (client) =>
        dispatch({ kind: 'live', event: { type: 'person', person: await client.addPerson(firstName) } }),
      ),
    addChat: (chat) =>
      does(async (client) => dispatch({ kind: 'live', event: { type: 'chat', chat: await client.addChat(chat) } })),
    addTopic: (chatId, name) => does((client) => client.addTopic(chatId, name)),
  };

  /** Becomes another person: everything is loaded anew through their eyes. */
  const start = async (as: number | null): Promise<void> => {
    now.stop();
    now.client = createDoubleClient(as);
    const lastEventId = await load();
    if (lastEventId === null) {
      dispatch({ kind: 'connection', connection: 'lost' });
      setTimeout(() => void start(as), RETRY_START_MS);
      return;
    }
    now.stop = now.client.listen(lastEventId, receive, (connection) => dispatch({ kind: 'connection', connection }));
  };

  return { actions, state: () => now.state, show, start, markRead };
};

const RETRY_START_MS = 1500;

const inThread = ({ threadId }: Place): { threadId?: number } => (threadId === undefined ? {} : { threadId });
const asReply = (message: MessageView | null): { replyTo?: number } =>
  message === null ? {} : { replyTo: message.messageId };
