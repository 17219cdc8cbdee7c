import { chatView } from '../world/page-view.ts';
import type { ChatRecord, MessageRecord } from '../world/records.ts';
import type { World } from '../world/world.ts';
import { DriverError, type DriverRequest } from './driver-request.ts';

/** The chat in the path. @throws DriverError 404 when there is none. */
export const chatOf = ({ deps, path }: DriverRequest): ChatRecord => chatNamed(deps.world, path['chat'] ?? '');

/** @throws DriverError 404 when no chat has this name. */
export const chatNamed = (world: World, key: string): ChatRecord => {
  const chat = world.chats.get(key);
  if (chat === undefined) throw new DriverError(404, `No chat ${key}. GET /_double/chats lists them.`);
  return chat;
};

/** @throws DriverError 403 when this person is not in the chat. */
export const assertMember = (chat: ChatRecord, asId: number): void => {
  const isIn =
    chat.type === 'private'
      ? chat.id === asId
      : ['creator', 'administrator', 'member'].includes(chat.members[asId] ?? '');
  if (!isIn) throw new DriverError(403, `Person ${asId} is not in chat ${chat.key}.`);
};

/** @throws DriverError 400 when a topic is named that the chat does not have. */
export const assertTopic = (chat: ChatRecord, threadId: number | undefined): void => {
  if (threadId !== undefined && chat.topics[threadId] === undefined)
    throw new DriverError(400, `Chat ${chat.key} has no topic ${threadId}.`);
};

/** The message in the path. @throws DriverError 404 when there is none. */
export const messageOf = (request: DriverRequest): MessageRecord => {
  const message = request.deps.world.message(chatOf(request).key, Number(request.path['id']));
  if (message === undefined)
    throw new DriverError(404, `No message ${request.path['id']} in chat ${request.path['chat']}.`);
  return message;
};

/** The message in the path, when the acting person wrote it. @throws DriverError 403 otherwise. */
export const ownMessageOf = (request: DriverRequest): MessageRecord => {
  const message = messageOf(request);
  if (message.fromId !== request.asId)
    throw new DriverError(403, `Message ${message.id} is not ${request.asId}'s own.`);
  return message;
};

/**
 * The message in the path, when the acting person may delete it for everybody: their own, any in a private chat, and in a
 * group any for those who run it. @throws DriverError 403 otherwise.
 */
export const deletableMessageOf = (request: DriverRequest): MessageRecord => {
  const chat = chatOf(request);
  const message = messageOf(request);
  const runsIt = ['creator', 'administrator'].includes(chat.members[request.asId] ?? '');
  if (message.fromId !== request.asId && !runsIt && !(chat.type === 'private' && chat.id === request.asId))
    throw new DriverError(403, `Person ${request.asId} may not delete message ${message.id}.`);
  return message;
};

/** Shows a chat to everybody in it. @returns what the acting person sees. */
export const published = ({ world }: DriverRequest['deps'], chat: ChatRecord | undefined, asId: number): unknown => {
  if (chat === undefined) throw new DriverError(404, 'The chat is gone.');
  const view = chatView(world, chat, asId);
  world.events.publish(chat.key, { type: 'chat', chat: view });
  return view;
};
