import type {
  CallbackView,
  ChatView,
  DoubleEvent,
  DoubleState,
  DraftView,
  MessageView,
  NewChat,
  NewMessage,
  PersonView,
  TypingView,
} from '../double-api.ts';
import type { Connection, Place } from './page-state.ts';

/** A command that the chat's menu offers. */
export interface MenuCommand {
  readonly command: string;
  readonly description: string;
  readonly bot: string;
}

/** How files are sent: photos as pictures or as files, sound as a voice message or as a file. */
export type FileMode = 'media' | 'document' | 'voice';

/** The double's answer was not 2xx; the message is what it said. */
export class DoubleRequestError extends Error {
  override readonly name = 'DoubleRequestError';
}

/** Calls the double's own API as one person. Every method throws DoubleRequestError when it is refused. */
export const createDoubleClient = (as: number | null) => {
  const who = as === null ? {} : { as };
  const query = (values: Readonly<Record<string, string | number | undefined>>): string => {
    const given = Object.entries({ ...who, ...values }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
  };
  const chatPath = (chatId: string): string => `/_double/chats/${encodeURIComponent(chatId)}`;
  const messagePath = (message: MessageView): string => `${chatPath(message.chatId)}/messages/${message.messageId}`;
  const sendJson = <Answer>(method: string, path: string, body: object): Promise<Answer> =>
    ask<Answer>(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...who, ...body }),
    });

  return {
    state: (): Promise<DoubleState> => ask(`/_double/state${query({})}`),
    history: (place: Place, before: number | undefined, limit: number) =>
      ask<{ messages: MessageView[]; typing: TypingView[]; drafts: DraftView[] }>(
        `${chatPath(place.chatId)}/messages${query({ thread: place.threadId, before, limit })}`,
      ),
    commands: async (chatId: string): Promise<readonly MenuCommand[]> =>
      (await ask<{ commands: MenuCommand[] }>(`${chatPath(chatId)}/commands${query({})}`)).commands,
    send: (chatId: string, message: NewMessage) =>
      sendJson<{ messages: MessageView[] }>('POST', `${chatPath(chatId)}/messages`, message),
    sendFiles: (chatId: string, files: readonly File[], mode: FileMode, message: NewMessage) => {
      const form = new FormData();
      for (const [name, value] of Object.entries({ ...who, ...message })) {
        form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
      }
      if (mode === 'document') form.append('as_document', '1');
      if (mode === 'voice') form.append('voice', '1');
      for (const file of files) form.append('file', file, file.name);
      return ask<{ messages: MessageView[] }>(`${chatPath(chatId)}/messages`, { method: 'POST', body: form });
    },
    edit: (message: MessageView, text: string) => sendJson<MessageView>('PUT', messagePath(message), { text }),
    remove: (message: MessageView) => sendJson<object>('DELETE', messagePath(message), {}),
    forward: (message: MessageView, to: Place) =>
      sendJson<MessageView>('POST', `${messagePath(message)}/forward`, {
        to: to.chatId,
        ...(to.threadId === undefined ? {} : { thread: to.threadId }),
      }),
    press: (message: MessageView, row: number, column: number) =>
      sendJson<{ queryId: string }>('POST', `${messagePath(message)}/press`, { row, column }),
    callback: (queryId: string): Promise<CallbackView> => ask(`/_double/callbacks/${encodeURIComponent(queryId)}`),
    react: (message: MessageView, emoji: string | null) =>
      sendJson<MessageView>('POST', `${messagePath(message)}/reaction`, { emoji }),
    read: (place: Place) =>
      sendJson<ChatView>(
        'POST',
        `${chatPath(place.chatId)}/read`,
        place.threadId === undefined ? {} : { thread: place.threadId },
      ),
    setBlocked: (chatId: string, blocked: boolean) =>
      sendJson<ChatView>('POST', `${chatPath(chatId)}/${blocked ? 'block' : 'unblock'}`, {}),
    setBotIn: (chatId: string, botId: number, isIn: boolean) =>
      sendJson<ChatView>('POST', `${chatPath(chatId)}/members`, { userId: botId, status: isIn ? 'member' : 'left' }),
    stop: (draft: DraftView) =>
      sendJson<object>('POST', `${chatPath(draft.chatId)}/stop`, {
        draftId: draft.draftId,
        ...(draft.threadId === undefined ? {} : { thread: draft.threadId }),
      }),
    addPerson: (firstName: string) => sendJson<PersonView>('POST', '/_double/people', { firstName }),
    addChat: (chat: NewChat) => sendJson<ChatView>('POST', '/_double/chats', chat),
    addTopic: (chatId: string, name: string) => sendJson<object>('POST', `${chatPath(chatId)}/topics`, { name }),

    /** Listens from `after` on and resumes where it stopped. @returns a function that stops listening. */
    listen: (
      after: number,
      onEvent: (event: DoubleEvent) => void,
      onConnection: (connection: Connection) => void,
    ): (() => void) => {
      const now = { lastId: String(after), stopped: false, source: null as EventSource | null };
      const receive = (event: Event): void => {
        if (!(event instanceof MessageEvent) || typeof event.data !== 'string') return;
        if (event.lastEventId !== '') now.lastId = event.lastEventId;
        onEvent(JSON.parse(event.data) as DoubleEvent);
      };
      const connect = (): void => {
        if (now.stopped) return;
        const source = new EventSource(`/_double/events${query({ after: now.lastId })}`);
        now.source = source;
        source.addEventListener('open', () => onConnection('live'));
        source.addEventListener('error', () => {
          // The browser gives up for good after an answer that is no stream, so every new try is ours.
          source.close();
          if (now.stopped) return;
          onConnection('lost');
          setTimeout(connect, RECONNECT_MS);
        });
        for (const type of EVENT_TYPES) source.addEventListener(type, receive);
      };
      connect();
      return () => {
        now.stopped = true;
        now.source?.close();
      };
    },
  };
};

export type DoubleClient = ReturnType<typeof createDoubleClient>;

const RECONNECT_MS = 1000;

// `satisfies` over the union: an event added to the API and forgotten here would never reach the page.
const EVENT_TYPES = Object.keys({
  hello: true,
  reset: true,
  message: true,
  edited: true,
  deleted: true,
  reactions: true,
  typing: true,
  typing_ended: true,
  draft: true,
  draft_cleared: true,
  chat: true,
  callback_answered: true,
  commands: true,
  person: true,
} satisfies Record<DoubleEvent['type'], true>);

const ask = async <Answer>(path: string, request: RequestInit = {}): Promise<Answer> => {
  const response = await fetch(path, request).catch((cause: unknown) => {
    throw new DoubleRequestError('The chat server cannot be reached. Start it again with `npm start`.', { cause });
  });
  const body = (await response.json()) as Answer & { error?: string };
  if (!response.ok)
    throw new DoubleRequestError(
      body.error ?? `${request.method ?? 'GET'} ${path} was answered with ${response.status}`,
    );
  return body;
};
