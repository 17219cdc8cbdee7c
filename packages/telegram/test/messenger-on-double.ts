import { turnIdOf } from '@agent-claw/core';
import type { LaneAddress, MediaKey, OutgoingFile, RenderedPart } from '@agent-claw/core';
import { createManualClock, createTelegramDouble, listen } from '@agent-claw/telegram-double';
import type { DraftView, Fault, MessageView } from '@agent-claw/telegram-double';
import { memoryMediaStore, recordingLog } from '@agent-claw/testkit';
import type { MessengerWorld } from '@agent-claw/testkit/contracts';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { telegramReplyRenderer } from '../src/reply-renderer.ts';
import { menuButtonOf } from '../src/menu-button.ts';
import { turnOfStopButton } from '../src/stop-button.ts';
import { telegramMessenger } from '../src/telegram-messenger.ts';
import type { TelegramPart } from '../src/telegram-messenger.ts';

export const TOKEN = '7000001:the-token-of-this-bot';
const chat: LaneAddress = { channel: 'tg', account: '7000001', place: '4242001' };
const topic: LaneAddress = { channel: 'tg', account: '7000001', place: '-1001000000001', thread: '2' };
const group: LaneAddress = { channel: 'tg', account: '7000001', place: '-1001' };

const part = (text: string): RenderedPart =>
  ({ text, entities: [{ type: 'bold', offset: 0, length: text.length }] }) as unknown as RenderedPart;

const stopButtonOf = ({ buttons }: MessageView) => {
  const turn = turnOfStopButton(buttons[0]?.[0]?.callbackData ?? '');
  return turn === null ? {} : { stopButton: turn };
};

const keyboardOf = ({ buttons }: MessageView) => {
  const keyboard = buttons.map((row) =>
    row.flatMap(({ text, callbackData }) => {
      const button = menuButtonOf(callbackData ?? '');
      return button === null ? [] : [{ label: text, ...button }];
    }),
  );
  return keyboard.flat().length === 0 ? {} : { keyboard };
};

/** The messenger on a double of its own; `token` is what the messenger believes to be the bot's. */
export const aMessengerOnDouble = async (token = TOKEN) => {
  const double = createTelegramDouble({
    tokens: [TOKEN],
    clock: createManualClock(),
    log: { info: () => undefined },
    rateLimits: false,
  });
  const people = await listen(double);
  const api = createServer((request, response) => {
    // A client that keeps no connection learns of a closed port by being refused, as from a machine that is down.
    response.shouldKeepAlive = false;
    void double.handle(request, response);
  });
  const open = (port: number) => new Promise<void>((resolve) => api.listen(port, '127.0.0.1', resolve));
  const shut = () =>
    new Promise<void>((resolve) => {
      api.close(() => resolve());
      api.closeAllConnections();
    });
  await open(0);
  const { port } = api.address() as AddressInfo;
  const log = recordingLog();
  const store = memoryMediaStore();
  const messenger = telegramMessenger({
    outgoing: store,
    secret: { get: async () => ({ botToken: token }) },
    apiRoot: `http://127.0.0.1:${port}`,
    log,
  });
  const fault = (method: string, kind: Fault['kind'], more: Partial<Fault> = {}) =>
    double.fault({ method, kind, ...more });
  /** Something that a person does. */
  const act = async (method: string, path: string): Promise<unknown> => {
    const response = await fetch(`${people.url}/_double/chats/${path}`, { method });
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}.`);
    return response.json();
  };
  const history = async ({ place, thread }: LaneAddress) => {
    const query = thread === undefined ? '' : `?thread=${thread}`;
    const response = await fetch(`${people.url}/_double/chats/${place}/messages${query}`);
    return (await response.json()) as {
      readonly messages: readonly MessageView[];
      readonly typing: readonly object[];
      readonly drafts: readonly DraftView[];
    };
  };
  const fileOf = async ({ media }: MessageView) => {
    if (media === undefined) return {};
    const response = await fetch(`${people.url}${media.url}`);
    return { document: { name: media.fileName, content: await response.text() } };
  };
  const state = { files: 0 };
  /** A file in the store, ready to be sent. */
  const stored = async (content: string | Uint8Array, more: Partial<OutgoingFile> = {}): Promise<OutgoingFile> => {
    const bytes = Buffer.from(content as Uint8Array);
    const key = `sent-x/${(state.files += 1)}` as MediaKey;
    await store.put(key, { bytes, mediaType: 'text/plain' });
    return { kind: 'document', key, mediaType: 'text/plain', sizeBytes: bytes.byteLength, name: 'a ü;b.txt', ...more };
  };
  const world: MessengerWorld = {
    messenger,
    chat,
    topic,
    group,
    part,
    document: telegramReplyRenderer.document,
    files: async (contents, caption) => {
      const all = await Promise.all(contents.map((content) => stored(content)));
      const album = all.length > 1 ? { album: 1 } : {};
      return telegramReplyRenderer.files(all.map((file) => ({ ...file, ...album, caption })))[0];
    },
    missingFile: async () => {
      const file = { ...(await stored('x')), key: 'sent-x/none' as MediaKey };
      return telegramReplyRenderer.files([file])[0];
    },
    seenFile: (content, caption) => {
      const [line] = telegramReplyRenderer.final(caption) as unknown as readonly TelegramPart[];
      return { text: line?.text ?? '', entities: line?.entities ?? [], document: { name: 'a ü;b.txt', content } };
    },
    seen: async (at) =>
      Promise.all(
        (await history(at)).messages
          .filter(({ from }) => from.isBot)
          .map(async (message) => ({
            messageId: message.messageId,
            part: { text: message.text, entities: message.entities, ...(await fileOf(message)) },
            silent: message.silent,
            ...(message.replyTo === undefined ? {} : { replyToMessageId: message.replyTo.messageId }),
            ...stopButtonOf(message),
            ...keyboardOf(message),
          })),
      ),
    drafts: async (at) =>
      (await history(at)).drafts.map(({ draftId, text, entities }) => ({
        turn: turnIdOf(draftId),
        part: { text, entities },
      })),
    commands: async (at) => {
      const { commands } = (await act('GET', `${at.place}/commands`)) as {
        readonly commands: readonly { readonly command: string }[];
      };
      return commands.map(({ command }) => command);
    },
    isTyping: async (at) => (await history(at)).typing.length > 0,
    block: async () => void (await act('POST', `${chat.place}/block`)),
    migrate: async () => {
      const { chatId } = (await act('POST', `${group.place}/migrate`)) as { readonly chatId: string };
      return { ...group, place: chatId };
    },
    deleteTopic: async () => void (await act('DELETE', `${topic.place}/topics/${topic.thread}`)),
    deleteMessage: async (at, messageId) => void (await act('DELETE', `${at.place}/messages/${messageId}`)),
    flood: async (retryAfterMs) => fault('*', 'flood', { retryAfterS: retryAfterMs / 1000, times: 4 }),
    cutAnswer: async (of) => fault(of === 'send' ? 'sendMessage' : 'editMessageText', 'reset_after'),
    goOffline: shut,
    goOnline: () => open(port),
  };
  const close = async () => {
    if (api.listening) await shut();
    await people.close();
  };
  return { ...world, double, store, stored, history, fault, log, close };
};
