import { forwardedBody } from '../world/forward.ts';
import { setBlocked } from '../world/membership.ts';
import { messageView } from '../world/page-view.ts';
import { isService, postMessage } from '../world/post-message.ts';
import { DriverError, type DriverRequest } from './driver-request.ts';
import { assertMember, assertTopic, chatNamed, chatOf, messageOf } from './find-chat.ts';

/** Forwards a message as a person, who must be in both chats. @throws DriverError 400 for what is no message. */
export const forwardAs = (request: DriverRequest): unknown => {
  const { deps, params, asId } = request;
  const { world, mailboxes } = deps;
  const from = chatOf(request);
  assertMember(from, asId);
  const source = messageOf(request);
  if (isService(source))
    throw new DriverError(
      400,
      `Message ${source.id} only tells what happened in chat ${from.key}: forward another one.`,
    );
  const chat = targetOf(request);
  assertMember(chat, asId);
  const threadId = params.int('thread');
  assertTopic(chat, threadId);
  // Writing to a bot that one has blocked unblocks it, as in every client.
  if (chat.blocked) setBlocked(world, mailboxes, chat, false);
  const message = postMessage(world, mailboxes, {
    chatKey: chat.key,
    fromId: asId,
    ...(threadId === undefined ? {} : { threadId }),
    body: forwardedBody(world, source),
  });
  return messageView(world, message);
};

const targetOf = ({ deps, params }: DriverRequest) => {
  const to = params.text('to');
  if (to === '') throw new DriverError(400, 'A forward needs a chat to go to: name it in "to".');
  return chatNamed(deps.world, to);
};
