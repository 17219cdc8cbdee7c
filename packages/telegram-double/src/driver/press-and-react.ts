import { epochS } from '../clock.ts';
import { chatObject, messageObject } from '../world/bot-view.ts';
import { messageView, reactionViews } from '../world/page-view.ts';
import { sendUpdate } from '../world/updates.ts';
import { userOf } from '../world/world.ts';
import { DriverError, type DriverRequest } from './driver-request.ts';
import { chatOf, messageOf } from './find-chat.ts';

/** Presses an inline button; the bot gets a callback_query. */
export const press = (request: DriverRequest): unknown => {
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

/** Sets or takes back a person's reaction; bots that may see it get message_reaction. */
export const react = (request: DriverRequest): unknown => {
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
