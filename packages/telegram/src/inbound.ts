import { commandIn, isStopWord, laneIdOf, updateEntryId } from '@agent-claw/core';
import type { InboxEntry, LaneId, Visitor } from '@agent-claw/core';
import { attachmentsOf, forwardedFromOf, replyContextOf, senderName, textOf } from './message-content.ts';
import type { TelegramMessage } from './update-schema.ts';

export interface Bot {
  readonly id: string;
  readonly username: string;
}

const entitiesOf = (message: TelegramMessage) =>
  (message.entities ?? message.caption_entities ?? []).filter((entity) => entity !== null);

/** A command counts at the very start, of a caption too, and in a group only when it is meant for this bot. */
const commandOf = (message: TelegramMessage, bot: Bot): { name: string; args: string } | undefined => {
  const command = commandIn(message.text ?? message.caption ?? '');
  if (command === undefined || forwardedFromOf(message) !== undefined) return undefined;
  const { to = bot.username.toLowerCase(), ...rest } = command;
  return to === bot.username.toLowerCase() ? rest : undefined;
};

const isAddressed = (message: TelegramMessage, bot: Bot): boolean => {
  const text = message.text ?? message.caption ?? '';
  const mention = `@${bot.username}`.toLowerCase();
  const mentioned = entitiesOf(message).some(
    (entity) =>
      (entity.type === 'mention' &&
        text.slice(entity.offset, entity.offset + entity.length).toLowerCase() === mention) ||
      (entity.type === 'text_mention' && String(entity.user?.id) === bot.id),
  );
  const { reply_to_message: replied } = message;
  // In a topic every message "replies" to the service message that created the topic; that is no reply.
  const answersIt = replied?.forum_topic_created === undefined && String(replied?.from?.id) === bot.id;
  return mentioned || answersIt || commandOf(message, bot) !== undefined;
};

/** A command that names another bot. */
const callsAnother = (message: TelegramMessage, bot: Bot): boolean => {
  const { to = '' } = commandIn(message.text ?? message.caption ?? '') ?? {};
  return to !== '' && to !== bot.username.toLowerCase();
};

/** The place as the access gate sees it. */
export const placeOf = (chat: TelegramMessage['chat']): Visitor['place'] => {
  // Groups have negative ids; a positive id that claims to be a group is a forgery.
  const isGroup = (chat.type === 'group' || chat.type === 'supergroup') && chat.id < 0;
  return { id: String(chat.id), kind: chat.type === 'private' ? 'private' : isGroup ? 'group' : 'other' };
};

/** Somebody as the access gate sees them. */
export const senderOf = (from: NonNullable<TelegramMessage['from']>, bot: Bot): NonNullable<Visitor['sender']> => ({
  id: String(from.id),
  isBot: from.is_bot === true || String(from.id) === bot.id,
});

/** The access gate's view of a message. */
export const visitorOf = (message: TelegramMessage, bot: Bot): Visitor => {
  const { chat, from } = message;
  return {
    place: placeOf(chat),
    ...(from === undefined ? {} : { sender: senderOf(from, bot) }),
    speaksAsChat:
      message.sender_chat !== undefined ||
      message.is_automatic_forward === true ||
      message.business_connection_id !== undefined,
    addressed: isAddressed(message, bot),
    ...(callsAnother(message, bot) ? { callsAnother: true } : {}),
  };
};

/**
 * Topics are lanes of their own; a `message_thread_id` without the topic flag is only a reply thread. A group's General topic
 * is number 1, to which nothing can be sent by that number: it is the group itself.
 */
export const laneOf = (
  message: Pick<TelegramMessage, 'chat' | 'is_topic_message' | 'message_thread_id'>,
  bot: Bot,
): LaneId =>
  laneIdOf({
    channel: 'tg',
    account: bot.id,
    place: String(message.chat.id),
    ...(message.is_topic_message === true &&
    message.message_thread_id !== undefined &&
    !(message.chat.id < 0 && message.message_thread_id === 1)
      ? { thread: String(message.message_thread_id) }
      : {}),
  });

/** The inbox entry for a message. @returns null when there is nothing to answer: a service message, or an empty one. */
export const entryOf = (
  updateId: number,
  message: TelegramMessage,
  bot: Bot,
): (InboxEntry & { readonly messageId: number }) | null => {
  const text = textOf(message);
  const attachments = attachmentsOf(message);
  if (text === '' && attachments.length === 0) return null;
  const command = commandOf(message, bot);
  const replyTo = replyContextOf(message, bot.id);
  const forwardedFrom = forwardedFromOf(message);
  const stops =
    command?.name === 'stop' || (attachments.length === 0 && forwardedFrom === undefined && isStopWord(text));
  return {
    id: updateEntryId(updateId),
    kind: stops ? 'stop' : command === undefined ? 'message' : 'command',
    sentAtEpochS: message.date,
    sequence: updateId,
    sender: { id: String(message.from?.id ?? ''), name: senderName(message) },
    text,
    messageId: message.message_id,
    ...(command === undefined ? {} : { command }),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(forwardedFrom === undefined ? {} : { forwardedFrom }),
    ...(message.media_group_id === undefined ? {} : { albumId: message.media_group_id }),
  };
};
