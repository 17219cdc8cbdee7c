import { codePoints, plainText } from '../text/plain-text.ts';
import { commandsFor } from '../methods/command-methods.ts';
import { createTopic, defaultIconColor } from '../methods/chat-methods.ts';
import type { MemberStatus } from '../double-api.ts';
import { assertEntitiesFit, fixFormattedText } from '../text/formatted-text.ts';
import { epochS } from '../clock.ts';
import { chatObject, messageObject } from '../world/bot-view.ts';
import { mediaBody } from '../world/media-body.ts';
import { migrate, setBlocked, setMember } from '../world/membership.ts';
import { chatView, messageView, personView, reactionViews, readKey } from '../world/page-view.ts';
import { changeMessage, postMessage } from '../world/post-message.ts';
import type { ChatRecord, MessageBody, MessageRecord } from '../world/records.ts';
import { emptyChat } from '../world/seed.ts';
import { sendUpdate } from '../world/updates.ts';
import { privateKey, userOf } from '../world/world.ts';
import { DriverError, type DriverRequest, type Routes } from './driver-request.ts';

const chatOf = ({ deps, path }: DriverRequest): ChatRecord => {
  const chat = deps.world.chats.get(path['chat'] ?? '');
  if (chat === undefined) throw new DriverError(404, `No chat ${path['chat']}. GET /_double/chats lists them.`);
  return chat;
};

const messageOf = (request: DriverRequest): MessageRecord => {
  const message = request.deps.world.message(chatOf(request).key, Number(request.path['id']));
  if (message === undefined)
    throw new DriverError(404, `No message ${request.path['id']} in chat ${request.path['chat']}.`);
  return message;
};

const ownMessageOf = (request: DriverRequest): MessageRecord => {
  const message = messageOf(request);
  if (message.fromId !== request.asId)
    throw new DriverError(403, `Message ${message.id} is not ${request.asId}'s own.`);
  return message;
};

const textBody = (request: DriverRequest, name: 'text' | 'caption', known?: unknown): MessageBody => {
  const source = {
    text: request.params.text('text'),
    entities: (known ?? request.params.json('entities', 'entities') ?? []) as [],
  };
  assertEntitiesFit(source);
  const { text, entities } = fixFormattedText(source);
  const entitiesName = name === 'text' ? 'entities' : 'caption_entities';
  return { ...(text === '' ? {} : { [name]: text }), ...(entities.length === 0 ? {} : { [entitiesName]: entities }) };
};

const uploadsOf = ({ params }: DriverRequest) => {
  const found = [];
  for (let n = 1, one = params.upload('file'); one !== undefined; one = params.upload(`file${n}`)) {
    found.push(one);
    n += 1;
  }
  return found;
};

const kindOf = (request: DriverRequest, mimeType: string): string => {
  if (request.params.bool('voice')) return 'voice';
  if (request.params.bool('as_document')) return 'document';
  if (/^image\/(?:png|jpeg|webp)$/.test(mimeType)) return 'photo';
  if (mimeType.startsWith('video/')) return 'video';
  return mimeType.startsWith('audio/') ? 'audio' : 'document';
};

const sendAs = (request: DriverRequest): unknown => {
  const { deps, params, asId } = request;
  const { world, mailboxes } = deps;
  const chat = chatOf(request);
  const isIn =
    chat.type === 'private'
      ? chat.id === asId
      : ['creator', 'administrator', 'member'].includes(chat.members[asId] ?? '');
  if (!isIn) throw new DriverError(403, `Person ${asId} is not in chat ${chat.key}.`);
  const threadId = params.int('threadId');
  if (threadId !== undefined && chat.topics[threadId] === undefined)
    throw new DriverError(400, `Chat ${chat.key} has no topic ${threadId}.`);
  const replyToId = params.int('replyTo');
  const location = params.json('location', 'location') as MessageBody | undefined;
  const uploads = uploadsOf(request);
  const quote = params.text('quote');
  const common = quote === '' ? {} : { quote: { text: quote, position: 0, is_manual: true } };
  const album = uploads.length > 1 ? { media_group_id: String(world.nextNumber('album', 13_000_000_001)) } : {};
  const bodies = uploads.map((upload, i): MessageBody => {
    const kind = kindOf(request, upload.mimeType);
    const file = world.files.add(`AQAD${world.nextNumber('file', 1_000_001)}`, kind, upload);
    return { ...album, ...mediaBody(world, kind, file, {}), ...(i === 0 ? textBody(request, 'caption') : {}) };
  });
  if (location !== undefined) bodies.push({ location });
  if (bodies.length === 0) bodies.push(textBody(request, 'text'));
  if (bodies.some((body) => Object.keys(body).length === 0))
    throw new DriverError(400, 'Nothing to send: give a text, a file or a location.');
  if (codePoints(plainText(bodies[0]?.['text'])) > 4096)
    throw new DriverError(400, 'The text is longer than 4096 characters; split it, as clients do.');
  if (chat.blocked) setBlocked(world, mailboxes, chat, false);
  const messages = bodies.map((body) =>
    postMessage(world, mailboxes, {
      chatKey: chat.key,
      fromId: asId,
      ...(threadId === undefined ? {} : { threadId }),
      ...(replyToId === undefined ? {} : { replyToId }),
      body: { ...body, ...common },
    }),
  );
  return { messages: messages.map((message) => messageView(world, message)) };
};

const press = (request: DriverRequest): unknown => {
  const { deps, params, asId } = request;
  const { world, mailboxes } = deps;
  const message = messageOf(request);
  const view = messageView(world, message);
  const data =
    params.text('data') || (view.buttons[params.int('row') ?? -1]?.[params.int('column') ?? -1]?.callbackData ?? '');
  const mailbox = mailboxes.get(message.fromId);
  if (data === '' || mailbox === undefined || !view.buttons.flat().some((one) => one.callbackData === data))
    throw new DriverError(400, `Message ${message.id} has no such button.`);
  const id = String(world.nextNumber('callback', 9_000_000_000_001));
  world.callbacks.put(id, {
    id,
    botId: mailbox.botId,
    userId: asId,
    chatKey: message.chatKey,
    messageId: message.id,
    data,
    atMs: world.clock.now(),
  });
  const content = {
    id,
    from: userOf(world, asId),
    message: messageObject(world, mailbox.botId, message),
    chat_instance: message.chatKey,
    data,
  };
  sendUpdate(mailbox, 'callback_query', content, { userId: asId });
  return { queryId: id };
};

const react = (request: DriverRequest): unknown => {
  const { deps, params, asId } = request;
  const { world, mailboxes } = deps;
  const [chat, message] = [chatOf(request), messageOf(request)];
  const emoji = params.text('emoji');
  const { [String(asId)]: old, ...others } = message.reactions;
  const changed = { ...message, reactions: emoji === '' ? others : { ...others, [asId]: emoji } };
  world.putMessage(changed);
  world.events.publish(chat.key, {
    type: 'reactions',
    chatId: chat.key,
    messageId: message.id,
    reactions: reactionViews(changed),
  });
  const list = (one: string | undefined) => (one === undefined || one === '' ? [] : [{ type: 'emoji', emoji: one }]);
  const content = {
    chat: chatObject(world, chat),
    message_id: message.id,
    user: userOf(world, asId),
    date: epochS(world.clock),
    old_reaction: list(old),
    new_reaction: list(emoji),
  };
  for (const [botId, mailbox] of mailboxes)
    if (chat.botId === botId || chat.members[botId] === 'administrator')
      sendUpdate(mailbox, 'message_reaction', content, { chatId: chat.id });
  return messageView(world, changed);
};

const newChat = ({ deps, params, asId }: DriverRequest): unknown => {
  const { world, mailboxes } = deps;
  const bot = world.bots.find(({ id }) => id === (params.int('botId') ?? world.bots[0]?.id));
  if (bot === undefined) throw new DriverError(400, 'No such bot. GET /_double/state lists them.');
  const type = params.text('type');
  if (type === 'private') {
    userOf(world, asId);
    const key = privateKey(world, bot.id, asId);
    if (world.chats.get(key) === undefined) world.chats.put(key, { ...emptyChat, key, id: asId, type, botId: bot.id });
    return published(deps, world.chats.get(key), asId);
  }
  if ((type !== 'group' && type !== 'supergroup') || params.text('title') === '')
    throw new DriverError(400, 'A new chat needs type private, group or supergroup, and groups a title.');
  const id =
    type === 'group'
      ? -world.nextNumber('group', 5001)
      : -(1_000_000_000_000 + world.nextNumber('supergroup', 2_000_000_001));
  const people = ((params.json('members', 'members') ?? []) as number[]).map((one) => [one, 'member'] as const);
  for (const [person] of people) userOf(world, person);
  const members = Object.fromEntries([...people, [asId, 'creator' as const]]);
  const chat = {
    ...emptyChat,
    key: String(id),
    id,
    type,
    title: params.text('title'),
    isForum: params.bool('isForum'),
    members,
  } as const;
  world.chats.put(chat.key, chat);
  const status = (params.text('botStatus') || 'member') as MemberStatus;
  return published(deps, status === 'left' ? chat : setMember(world, mailboxes, chat, bot.id, status, asId), asId);
};

const published = ({ world }: DriverRequest['deps'], chat: ChatRecord | undefined, asId: number): unknown => {
  if (chat === undefined) throw new DriverError(404, 'The chat is gone.');
  const view = chatView(world, chat, asId);
  world.events.publish(chat.key, { type: 'chat', chat: view });
  return view;
};

const history = (request: DriverRequest): unknown => {
  const { deps, params } = request;
  const chat = chatOf(request);
  const [thread, before] = [params.int('thread'), params.int('before') ?? Infinity];
  const limit = Math.min(200, Math.max(1, params.int('limit') ?? 100));
  const messages = deps.world
    .messagesOf(chat.key)
    .filter((m) => m.id < before && ((!chat.isForum && !params.has('thread')) || (m.threadId ?? 0) === (thread ?? 0)));
  const { presence } = deps.world;
  return {
    messages: messages.slice(-limit).map((m) => messageView(deps.world, m)),
    typing: presence.typingIn(chat.key),
    drafts: presence.draftsIn(chat.key),
  };
};

export const chatRoutes: Routes = {
  'GET /chats/:chat/messages': history,
  'POST /chats/:chat/messages': sendAs,
  'GET /chats/:chat/messages/:id': (request) => messageView(request.deps.world, messageOf(request)),
  'PUT /chats/:chat/messages/:id': (request) => {
    const message = ownMessageOf(request);
    const name = message.body['text'] === undefined ? 'caption' : 'text';
    const { text: _t, entities: _e, caption: _c, caption_entities: _ce, ...kept } = message.body;
    const text = textBody(request, name);
    if (name === 'text' && Object.keys(text).length === 0)
      throw new DriverError(400, 'A message needs some text; delete it instead.');
    return messageView(
      request.deps.world,
      changeMessage(request.deps.world, request.deps.mailboxes, message, { ...kept, ...text }),
    );
  },
  'DELETE /chats/:chat/messages/:id': (request) => {
    const { chatKey, id } = ownMessageOf(request);
    request.deps.world.deleteMessage(chatKey, id);
    request.deps.world.events.publish(chatKey, { type: 'deleted', chatId: chatKey, messageIds: [id] });
    return {};
  },
  'POST /chats/:chat/messages/:id/press': press,
  'POST /chats/:chat/messages/:id/reaction': react,
  'POST /chats': newChat,
  'POST /chats/:chat/topics': (request) => {
    const chat = chatOf(request);
    if (!chat.isForum) throw new DriverError(400, `Chat ${chat.key} is not a forum.`);
    return {
      ...createTopic(request.deps, chat, request.asId, request.params.text('name') || 'Topic', defaultIconColor),
      unread: 0,
    };
  },
  'POST /chats/:chat/read': (request) => {
    const chat = chatOf(request);
    const upTo = request.params.int('upTo') ?? chat.lastMessageId;
    const changed = {
      ...chat,
      read: { ...chat.read, [readKey(request.asId, request.params.int('thread') || undefined)]: upTo },
    };
    request.deps.world.chats.put(chat.key, changed);
    return published(request.deps, changed, request.asId);
  },
  'POST /chats/:chat/block': (request) =>
    chatView(
      request.deps.world,
      setBlocked(request.deps.world, request.deps.mailboxes, chatOf(request), true),
      request.asId,
    ),
  'POST /chats/:chat/unblock': (request) =>
    chatView(
      request.deps.world,
      setBlocked(request.deps.world, request.deps.mailboxes, chatOf(request), false),
      request.asId,
    ),
  'POST /chats/:chat/members': (request) => {
    const { deps, params, asId } = request;
    const status = params.text('status');
    if (!['member', 'administrator', 'left', 'kicked'].includes(status))
      throw new DriverError(400, `No member status "${status}".`);
    return chatView(
      deps.world,
      setMember(deps.world, deps.mailboxes, chatOf(request), params.int('userId') ?? 0, status as MemberStatus, asId),
      asId,
    );
  },
  'POST /chats/:chat/migrate': (request) => {
    const chat = chatOf(request);
    if (chat.type !== 'group' || chat.migratedTo !== undefined)
      throw new DriverError(400, `Chat ${chat.key} is not a group that could become a supergroup.`);
    return chatView(
      request.deps.world,
      migrate(request.deps.world, request.deps.mailboxes, chat, request.asId),
      request.asId,
    );
  },
  'POST /chats/:chat/stop': (request) => {
    const { deps, params } = request;
    const chat = chatOf(request);
    const draftId = params.int('draftId') ?? 0;
    const thread = params.int('thread');
    const draft = deps.world.presence.dropDraft(chat.key, thread, draftId);
    if (draft === undefined) throw new DriverError(404, `No draft ${draftId} in chat ${chat.key}; it may have ended.`);
    const content = {
      chat: chatObject(deps.world, chat),
      ...(thread === undefined ? {} : { message_thread_id: thread }),
      draft_id: draftId,
    };
    const mailbox = deps.mailboxes.get(draft.from.id);
    if (mailbox !== undefined) sendUpdate(mailbox, 'stopped_message_generation', content, { chatId: chat.id });
    return {};
  },
  'GET /chats/:chat/commands': (request) => {
    const chat = chatOf(request);
    const { world } = request.deps;
    const bots = world.bots.filter(({ id }) => chat.botId === id || chat.members[id] !== undefined);
    return {
      commands: bots.flatMap((bot) =>
        commandsFor(world, bot.id, chat, request.asId).map((one) => ({
          ...one,
          bot: personView(userOf(world, bot.id)),
        })),
      ),
    };
  },
};
