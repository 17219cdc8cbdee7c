import { messageView } from '../world/page-view.ts';
import type { DriverRequest, Routes } from './driver-request.ts';
import { chatOf, deletableMessageOf, messageOf } from './find-chat.ts';
import { forwardAs } from './forward-as-person.ts';
import { press, react } from './press-and-react.ts';
import { editAs, sendAs } from './send-as-person.ts';

const history = (request: DriverRequest): unknown => {
  const { deps, params } = request;
  const chat = chatOf(request);
  const [thread, before] = [params.int('thread'), params.int('before') ?? Infinity];
  const limit = Math.min(200, Math.max(1, params.int('limit') ?? 100));
  const messages = deps.world
    .messagesOf(chat.key)
    .filter((m) => m.id < before && ((!chat.isForum && !params.has('thread')) || (m.threadId ?? 0) === (thread ?? 0)));
  const { presence } = deps.world;
  const isHere = (one: { readonly threadId?: number }) => one.threadId === thread;
  return {
    messages: messages.slice(-limit).map((m) => messageView(deps.world, m)),
    typing: presence.typingIn(chat.key).filter(isHere),
    drafts: presence.draftsIn(chat.key).filter(isHere),
  };
};

/** What people do with messages. */
export const messageRoutes: Routes = {
  'GET /chats/:chat/messages': history,
  'POST /chats/:chat/messages': sendAs,
  'GET /chats/:chat/messages/:id': (request) => messageView(request.deps.world, messageOf(request)),
  'PUT /chats/:chat/messages/:id': editAs,
  'DELETE /chats/:chat/messages/:id': (request) => {
    const { chatKey, id } = deletableMessageOf(request);
    request.deps.world.deleteMessage(chatKey, id);
    request.deps.world.events.publish(chatKey, { type: 'deleted', chatId: chatKey, messageIds: [id] });
    return {};
  },
  'POST /chats/:chat/messages/:id/forward': forwardAs,
  'POST /chats/:chat/messages/:id/press': press,
  'POST /chats/:chat/messages/:id/reaction': react,
};
