import type { MessageView } from '@agent-claw/telegram-double';
import { CONTAINER, OWNER, RUNNER } from './drill-system.ts';
import type { AwsCall, DrillSystem } from './drill-system.ts';

/** What one drill sees of the owner's chat: everything from its beginning on. */
export interface DrillChat {
  /** The owner writes. @returns the message's id. */
  say(text: string): Promise<number>;
  edit(messageId: number, text: string): Promise<void>;
  sendFile(file: { readonly name: string; readonly type: string; readonly caption?: string }): Promise<void>;
  sendLocation(latitude: number, longitude: number): Promise<void>;
  sendSticker(emoji: string): Promise<void>;
  /** What the bot has sent, as it stands in the chat. */
  shown(): Promise<readonly string[]>;
  /** Turns that ran to their end: the container saves each once. */
  turns(): number;
  /** Invocations of the agent at the AWS endpoint. */
  invokes(): number;
  awsCallsOf(who: string): readonly AwsCall[];
  /** What the webhook answered to each posted copy. */
  statuses(): readonly number[];
}

const post = async (url: string, init: RequestInit): Promise<unknown> => {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`The double refused ${url}: ${response.status} ${await response.text()}`);
  return response.json();
};

const asJson = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export const openDrillChat = async (system: DrillSystem, chatId = OWNER): Promise<DrillChat> => {
  const url = `${system.telegramUrl}/_double/chats/${chatId}/messages`;
  const send = async (init: RequestInit): Promise<readonly MessageView[]> =>
    ((await post(url, init)) as { messages: readonly MessageView[] }).messages;
  const all = async (): Promise<readonly MessageView[]> =>
    ((await (await fetch(`${url}?limit=200`)).json()) as { messages: readonly MessageView[] }).messages;
  const before = { id: (await all()).at(-1)?.messageId ?? 0 };
  const calls = system.awsCalls.length;
  const deliveries = system.deliveries.length;
  const awsCallsOf = (who: string): readonly AwsCall[] =>
    system.awsCalls.slice(calls).filter(({ principal }) => principal.startsWith(who));
  const countOf = (who: string, action: string): number =>
    awsCallsOf(who).filter((call) => call.action === action).length;
  return {
    say: async (text) => (await send(asJson('POST', { text, as: chatId })))[0]?.messageId ?? 0,
    edit: async (messageId, text) => void (await post(`${url}/${messageId}`, asJson('PUT', { text, as: chatId }))),
    sendFile: async ({ name, type, caption }) => {
      const form = new FormData();
      if (type.startsWith('audio/')) form.set('voice', '1');
      if (caption !== undefined) form.set('text', caption);
      form.set('file', new Blob([`the bytes of ${name}`], { type }), name);
      await send({ method: 'POST', body: form });
    },
    sendLocation: async (latitude, longitude) =>
      void (await send(asJson('POST', { location: { latitude, longitude } }))),
    sendSticker: async (emoji) => {
      const sticker = {
        file_id: 'a-sticker',
        file_unique_id: 'one',
        type: 'regular',
        width: 512,
        height: 512,
        is_animated: false,
        is_video: false,
        emoji,
      };
      const message = {
        message_id: 930_000_000,
        date: Math.floor(Date.now() / 1000),
        chat: { id: chatId, type: 'private' },
        from: { id: chatId, is_bot: false, first_name: 'Sam' },
        sticker,
      };
      await post(`${system.telegramUrl}/_double/updates`, asJson('POST', { update: { message } }));
    },
    shown: async () =>
      (await all()).filter(({ messageId, from }) => messageId > before.id && from.isBot).map(({ text }) => text),
    turns: () => countOf(CONTAINER, 'dynamodb:PutItem'),
    invokes: () => countOf(RUNNER, 'bedrock-agentcore:InvokeAgentRuntime'),
    awsCallsOf,
    statuses: () => system.deliveries.slice(deliveries).flatMap(({ statuses }) => statuses),
  };
};

/** Our column's word: of what was asked for, how much has no copy, and how many copies there are at most. */
export const verdictOf = (copies: readonly number[]): string => {
  const most = Math.max(...copies);
  return `${copies.filter((count) => count === 0).length} lost, ${most} ${most === 1 ? 'copy' : 'copies'}`;
};

/** The same for words that the answers have to hold. */
export const verdictOn = (asked: readonly string[], shown: readonly string[]): string =>
  verdictOf(asked.map((words) => shown.join('\n').split(words).length - 1));
