import type { Json } from './bot-client.ts';
import { otherBot, type Server } from './error-server.ts';
import { botId, friend, owner, token } from './world.ts';

/*
 * Every refusal that bots meet in practice, word for word, as Telegram's server (tdlib/telegram-bot-api and TDLib) writes it.
 * Not here: refusals of channels ("bot was kicked from the channel chat"), which the double does not have, and RICH_MESSAGE_* codes,
 * whose grammar only Telegram's own servers know; sendRichMessage is unknown to the double.
 */

/** One refusal and a call that meets it. */
export interface Row {
  readonly is: string;
  readonly code?: number;
  readonly parameters?: Json;
  readonly when: string;
  provoke(server: Server): Promise<unknown>;
}

const edit = (server: Server, params: Json) => server.call('editMessageText', { chat_id: owner, text: 'y', ...params });
const button = (data: string) => ({ reply_markup: { inline_keyboard: [[{ text: 'A', callback_data: data }]] } });
const photo = async ({ url }: Server, caption: string): Promise<unknown> => {
  const form = new FormData();
  form.set('chat_id', String(owner));
  form.set('caption', caption);
  form.set('photo', new File(['x'], 'p.jpg'));
  return (await fetch(`${url}/bot${token}/sendPhoto`, { method: 'POST', body: form })).json();
};
/** The head of a PNG of this size, or no picture at all. */
const picture = (width: number, height: number): Blob => {
  const bytes = Buffer.from('89504e470d0a1a0a0000000d494844520000000000000000', 'hex');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return new Blob([Uint8Array.from(bytes), 'and the rest of it']);
};
const upload = async (
  { url }: Server,
  method: string,
  fields: Readonly<Record<string, string | Blob>>,
): Promise<unknown> => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ chat_id: String(owner), ...fields })) form.set(name, value);
  return (await fetch(`${url}/bot${token}/${method}`, { method: 'POST', body: form })).json();
};
const album = (...types: readonly string[]): string =>
  JSON.stringify(types.map((type, index) => ({ type, media: `attach://f${index}` })));
const oldMessage = async (server: Server, chat_id: number): Promise<unknown> => {
  const message_id = await server.sentId(chat_id);
  await server.clock.advance(49 * 3600 * 1000);
  return server.call('deleteMessage', { chat_id, message_id });
};
const others = async (server: Server, method: string, botStatus: string): Promise<unknown> => {
  const chat_id = await server.group({ botStatus });
  const { messages } = await server.people(`/chats/${chat_id}/messages`, { text: 'mine' });
  const [message] = messages as { messageId: number }[];
  return server.call(method, { chat_id, message_id: message?.messageId, text: 'y' });
};

export const badRequests: readonly Row[] = [
  {
    is: 'message text is empty',
    when: 'there is no text',
    provoke: ({ call }) => call('sendMessage', { chat_id: owner }),
  },
  { is: 'message text is empty', when: 'the text is empty', provoke: ({ send }) => send({ text: '' }) },
  { is: 'text must be non-empty', when: 'the text is blank', provoke: ({ send }) => send({ text: ' \n\u0001' }) },
  {
    is: 'text must be non-empty',
    when: 'the text is invisible',
    provoke: ({ send }) => send({ text: '\u200B\u2800' }),
  },
  {
    is: 'message is too long',
    when: 'the text has 4,097 characters',
    provoke: ({ send }) => send({ text: 'é'.repeat(4097) }),
  },
  {
    is: 'text is too long',
    when: 'the text has 32,769 bytes',
    provoke: ({ send }) => send({ text: 'x'.repeat(32_769) }),
  },
  {
    is: 'message caption is too long',
    when: 'a caption has 1,025',
    provoke: (server) => photo(server, 'x'.repeat(1025)),
  },
  { is: 'unsupported parse_mode', when: 'the mode is unknown', provoke: ({ send }) => send({ parse_mode: 'BBCode' }) },
  {
    is: 'strings must be encoded in UTF-8',
    when: 'half a character comes',
    provoke: ({ send }) => send({ text: 'a\uD83D' }),
  },
  {
    is: 'can\'t parse entities: Unsupported start tag "div" at byte offset 0',
    when: 'a tag is unknown',
    provoke: ({ send }) => send({ text: '<div>', parse_mode: 'HTML' }),
  },
  {
    is: 'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    when: 'an edit changes nothing',
    provoke: async (server) => edit(server, { message_id: await server.sentId(), text: 'x' }),
  },
  { is: 'message to edit not found', when: 'it is gone', provoke: (server) => edit(server, { message_id: 999 }) },
  {
    is: "message can't be edited",
    when: "it is another's",
    provoke: (server) => others(server, 'editMessageText', 'member'),
  },
  {
    is: 'message to delete not found',
    when: 'it is gone',
    provoke: ({ call }) => call('deleteMessage', { chat_id: owner, message_id: 999 }),
  },
  {
    is: "message can't be deleted",
    when: "it is another's",
    provoke: (server) => others(server, 'deleteMessage', 'member'),
  },
  {
    is: "message can't be deleted for everyone",
    when: 'it is 49 hours old',
    provoke: (server) => oldMessage(server, owner),
  },
  {
    is: "message can't be deleted for everyone",
    when: "it is another's in a basic group",
    provoke: async (server) => {
      const chat_id = await server.group({ type: 'group' });
      const { messages } = await server.people(`/chats/${chat_id}/messages`, { text: 'mine' });
      const [message] = messages as { messageId: number }[];
      return server.call('deleteMessage', { chat_id, message_id: message?.messageId });
    },
  },
  {
    is: 'message to be replied not found',
    when: 'it is gone',
    provoke: ({ send }) => send({ reply_parameters: { message_id: 999 } }),
  },
  {
    is: 'message thread not found',
    when: 'the topic is unknown',
    provoke: async ({ group, send }) => send({ chat_id: await group({ isForum: true }), message_thread_id: 999 }),
  },
  {
    is: 'message thread not found',
    when: 'the topic is General by its number',
    provoke: async ({ group, send }) => send({ chat_id: await group({ isForum: true }), message_thread_id: 1 }),
  },
  { is: 'chat not found', when: 'nobody has the id', provoke: ({ send }) => send({ chat_id: 99 }) },
  { is: 'chat_id is empty', when: 'there is no id', provoke: ({ call }) => call('sendMessage', { text: 'x' }) },
  {
    is: 'group chat was upgraded to a supergroup chat',
    when: 'a group has moved',
    parameters: { migrate_to_chat_id: -1_002_000_000_001 },
    provoke: async ({ group, people, send }) => {
      const chat_id = await group({ type: 'group' });
      await people(`/chats/${chat_id}/migrate`);
      return send({ chat_id });
    },
  },
  {
    is: 'query is too old and response timeout expired or query ID is invalid',
    when: 'a press is 151 seconds old',
    provoke: async ({ result, people, clock, call }) => {
      const { message_id } = await result('sendMessage', { chat_id: owner, text: 'x', ...button('a') });
      const { queryId } = await people(`/chats/${owner}/messages/${String(message_id)}/press`, { data: 'a' });
      await clock.advance(151_000);
      return call('answerCallbackQuery', { callback_query_id: queryId });
    },
  },
  { is: 'invalid file_id', when: 'it is no file_id', provoke: ({ call }) => call('getFile', { file_id: 'abc' }) },
  { is: 'file_id not specified', when: 'there is none', provoke: ({ call }) => call('getFile') },
  {
    is: 'wrong file_id or the file is temporarily unavailable',
    when: "it is another bot's",
    provoke: async ({ post, url, call }) => {
      await post('/_double/chats', { type: 'private', botId: 7_000_002 });
      const form = new FormData();
      form.set('chat_id', String(owner));
      form.set('document', new File(['x'], 'a.txt'));
      const sent = await fetch(`${url}/bot${otherBot}/sendDocument`, { method: 'POST', body: form });
      const { result } = (await sent.json()) as { result: { document: Json } };
      return call('getFile', { file_id: result.document['file_id'] });
    },
  },
  {
    is: 'file is too big',
    when: 'a file to download has more than 20 MB',
    provoke: async ({ url, call }) => {
      const form = new FormData();
      form.set('chat_id', String(owner));
      form.set('document', new File([new Uint8Array(20 * 1024 * 1024 + 1)], 'big.bin'));
      const sent = await fetch(`${url}/bot${token}/sendDocument`, { method: 'POST', body: form });
      const { result } = (await sent.json()) as { result: { document: Json } };
      return call('getFile', { file_id: result.document['file_id'] });
    },
  },
  {
    is: "wrong remote file identifier specified: can't unserialize it",
    when: 'what is sent is no file_id',
    provoke: ({ call }) => call('sendPhoto', { chat_id: owner, photo: 'abc' }),
  },
  {
    is: 'PHOTO_INVALID_DIMENSIONS',
    when: 'width and height of a picture make more than 10,000, or it is over 20 times as long as wide',
    provoke: (server) => upload(server, 'sendPhoto', { photo: picture(9_000, 1_001) }),
  },
  {
    is: 'PHOTO_INVALID_DIMENSIONS',
    when: 'a picture of an album is over 20 times as long as wide',
    provoke: (server) =>
      upload(server, 'sendMediaGroup', {
        media: album('photo', 'photo'),
        f0: picture(100, 100),
        f1: picture(10, 201),
      }),
  },
  {
    is: 'IMAGE_PROCESS_FAILED',
    when: 'what is sent as a picture is none',
    provoke: (server) => upload(server, 'sendPhoto', { photo: new Blob(['words']) }),
  },
  {
    is: "document can't be mixed with other media types",
    when: 'an album has a document among pictures',
    provoke: (server) =>
      upload(server, 'sendMediaGroup', {
        media: album('photo', 'document'),
        f0: picture(100, 100),
        f1: new Blob(['words']),
      }),
  },
  {
    is: 'wrong parameter action in request',
    when: 'there is no such action',
    provoke: ({ call }) => call('sendChatAction', { chat_id: owner, action: 'thinking' }),
  },
  {
    is: "can't parse reply keyboard markup JSON object",
    when: 'the markup is no JSON',
    provoke: ({ send }) => send({ reply_markup: '{"inline' }),
  },
  {
    is: 'object expected as reply markup',
    when: 'the markup is a list',
    provoke: ({ send }) => send({ reply_markup: '[]' }),
  },
  {
    is: "entity URL 'x' is invalid: Wrong HTTP URL",
    when: 'a link has no dot',
    provoke: ({ send }) => send({ entities: [{ type: 'text_link', offset: 0, length: 1, url: 'x' }] }),
  },
  {
    is: 'entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 5',
    when: 'an entity is too long',
    provoke: ({ send }) => send({ entities: [{ type: 'bold', offset: 0, length: 5 }] }),
  },
  {
    is: 'entity begins in a middle of a UTF-16 symbol at byte offset 4',
    when: 'an entity cuts a character',
    provoke: ({ send }) => send({ text: '😀x', entities: [{ type: 'bold', offset: 1, length: 2 }] }),
  },
  { is: 'BUTTON_DATA_INVALID', when: 'a button carries 65 bytes', provoke: ({ send }) => send(button('é'.repeat(33))) },
  {
    is: 'reply markup is too long',
    when: 'it has over 10,000 bytes',
    provoke: ({ send }) =>
      send({
        reply_markup: {
          inline_keyboard: Array.from({ length: 200 }, () => [{ text: 'A', callback_data: 'x'.repeat(60) }]),
        },
      }),
  },
  {
    is: 'REACTION_INVALID',
    when: 'the emoji is none for reactions',
    provoke: async ({ call, sentId }) =>
      call('setMessageReaction', {
        chat_id: owner,
        message_id: await sentId(),
        reaction: [{ type: 'emoji', emoji: '🧨' }],
      }),
  },
  {
    is: 'TEXTDRAFT_PEER_INVALID',
    when: 'a draft goes to a group',
    provoke: async ({ call, group }) => call('sendMessageDraft', { chat_id: await group({}), draft_id: 1, text: 'x' }),
  },
  {
    is: 'bad webhook: An HTTPS URL must be provided for webhook',
    when: 'the address is not encrypted',
    provoke: ({ call }) => call('setWebhook', { url: 'http://example.org/' }),
  },
  {
    is: 'bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443',
    when: 'the port is another',
    provoke: ({ call }) => call('setWebhook', { url: 'https://example.org:444/' }),
  },
  {
    is: 'bad webhook: IP address 10.0.0.1 is reserved',
    when: 'the address is a private one',
    provoke: ({ call }) => call('setWebhook', { url: 'https://10.0.0.1/' }),
  },
  {
    is: 'invalid webhook URL specified',
    when: 'the address is none',
    provoke: ({ call }) => call('setWebhook', { url: 'ftp://x' }),
  },
  {
    is: 'secret token contains unallowed characters',
    when: 'the secret has a space',
    provoke: ({ call }) => call('setWebhook', { url: 'https://example.org/', secret_token: 'a b' }),
  },
  {
    is: 'secret token is too long',
    when: 'the secret has 257 characters',
    provoke: ({ call }) => call('setWebhook', { url: 'https://example.org/', secret_token: 'a'.repeat(257) }),
  },
];

const membership = (status: string, type: string) => async (server: Server) => {
  const chat_id = await server.group({ type });
  await server.people(`/chats/${chat_id}/members`, { userId: botId, status });
  return server.send({ chat_id });
};

export const forbidden: readonly Row[] = [
  {
    is: 'bot was blocked by the user',
    when: 'the person blocks it',
    provoke: async ({ people, send }) => {
      await people(`/chats/${owner}/block`);
      return send({});
    },
  },
  {
    is: 'user is deactivated',
    when: 'the person left Telegram',
    provoke: async ({ people, send }) => {
      await people(`/people/${owner}/deactivate`);
      return send({});
    },
  },
  { is: 'bot was kicked from the group chat', when: 'a group throws it out', provoke: membership('kicked', 'group') },
  {
    is: 'bot was kicked from the supergroup chat',
    when: 'a supergroup does',
    provoke: membership('kicked', 'supergroup'),
  },
  { is: 'bot is not a member of the group chat', when: 'it left a group', provoke: membership('left', 'group') },
  {
    is: 'bot is not a member of the supergroup chat',
    when: 'it left a supergroup',
    provoke: membership('left', 'supergroup'),
  },
  {
    is: 'the group chat was deleted',
    when: 'its creator deletes it',
    provoke: async ({ group, people, send }) => {
      const chat_id = await group({ type: 'group' });
      await people(`/chats/${chat_id}`, {}, 'DELETE');
      return send({ chat_id });
    },
  },
  {
    is: "bot can't initiate conversation with a user",
    when: 'they only share a group',
    provoke: async ({ group, send }) => {
      await group({ members: [friend] });
      return send({ chat_id: friend });
    },
  },
  {
    is: "bot can't send messages to bots",
    when: 'the other is a bot',
    provoke: ({ send }) => send({ chat_id: 7_000_002 }),
  },
];
