import { epochS } from '../clock.ts';
import { codePoints, plainText } from '../text/plain-text.ts';
import { badRequest } from '../bot-api-error.ts';
import { personView } from '../world/page-view.ts';
import { messageObject } from '../world/bot-view.ts';
import { forwardedBody } from '../world/forward.ts';
import { changeMessage, isService, postMessage } from '../world/post-message.ts';
import type { ChatRecord, MessageBody, MessageRecord } from '../world/records.ts';
import { readCaption, readFormatted, readText } from '../text/read-text.ts';
import type { FormattedText } from '../text/clean-text.ts';
import { userOf } from '../world/world.ts';
import { type Call, knownChat, type Methods, ownMessage, replyTargetOf, threadOf, writableChat } from './call.ts';
import { readInlineMarkup, readMarkup } from './reply-markup.ts';

const notModified =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message';

/** Fields that only messages with a text or caption have. */
export const textFields = (name: 'text' | 'caption', { text, entities }: FormattedText): MessageBody => {
  const entitiesName = name === 'text' ? 'entities' : 'caption_entities';
  return { ...(text === '' ? {} : { [name]: text }), ...(entities.length === 0 ? {} : { [entitiesName]: entities }) };
};

/** Posts what a bot says, after every check of the place it goes to. @returns the Message. */
export const send = (call: Call, body: MessageBody): Record<string, unknown> => {
  const chat = writableChat(call);
  const threadId = threadOf(call, chat);
  const target = replyTargetOf(call, chat);
  const message = postMessage(call.world, call.mailboxes, {
    chatKey: chat.key,
    fromId: call.bot.id,
    ...(threadId === undefined ? {} : { threadId }),
    ...(target === undefined ? {} : { replyToId: target.id }),
    silent: call.params.bool('disable_notification'),
    body,
  });
  return messageObject(call.world, call.bot.id, message);
};

const edit = (call: Call, message: MessageRecord, body: MessageBody): Record<string, unknown> => {
  if (JSON.stringify(sortKeys(body)) === JSON.stringify(sortKeys(message.body))) throw badRequest(notModified);
  return messageObject(call.world, call.bot.id, changeMessage(call.world, call.mailboxes, message, body));
};

/** Compared by content: the order of fields says nothing. */
const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => a.localeCompare(b));
  return Object.fromEntries(entries.map(([name, one]) => [name, sortKeys(one)]));
};

const without = (body: MessageBody, ...names: string[]): MessageBody =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));

const markupField = (markup: unknown): MessageBody => (markup === undefined ? {} : { reply_markup: markup });

const previewField = (call: Call): MessageBody => {
  const options = call.params.json('link_preview_options', 'link preview options');
  if (options !== undefined) return { link_preview_options: options };
  return call.params.bool('disable_web_page_preview') ? { link_preview_options: { is_disabled: true } } : {};
};

const deletableS = 48 * 3600;

const deleteOne = (call: Call, chat: ChatRecord, id: number): void => {
  const message = call.world.message(chat.key, id);
  if (message === undefined) throw badRequest('message to delete not found');
  const isOwn = message.fromId === call.bot.id;
  const isAdministrator = chat.members[call.bot.id] === 'administrator';
  if (chat.type === 'supergroup') {
    if (!isOwn && !isAdministrator) throw badRequest("message can't be deleted");
  } else {
    const mayDelete = chat.type === 'private' || isOwn || isAdministrator;
    if (!mayDelete || epochS(call.world.clock) - message.date > deletableS)
      throw badRequest("message can't be deleted for everyone");
  }
  call.world.deleteMessage(chat.key, id);
  call.world.events.publish(chat.key, { type: 'deleted', chatId: chat.key, messageIds: [id] });
};

export const textMethods: Methods = {
  sendmessage: (call) => {
    const text = readText(call.params);
    return send(call, { ...textFields('text', text), ...previewField(call), ...markupField(readMarkup(call.params)) });
  },
  editmessagetext: (call) => {
    const text = readText(call.params);
    const markup = readInlineMarkup(call.params);
    const message = ownMessage(call, writableChat(call));
    if (message.body['text'] === undefined) throw badRequest('there is no text in the message to edit');
    // Preview options of an earlier send stay unless the edit names its own.
    const kept = without(message.body, 'text', 'entities', 'reply_markup');
    return edit(call, message, { ...kept, ...textFields('text', text), ...previewField(call), ...markupField(markup) });
  },
  editmessagecaption: (call) => {
    const caption = readCaption(call.params);
    const markup = readInlineMarkup(call.params);
    const message = ownMessage(call, writableChat(call));
    if (message.body['text'] !== undefined) throw badRequest('there is no caption in the message to edit');
    const kept = without(message.body, 'caption', 'caption_entities', 'reply_markup');
    return edit(call, message, { ...kept, ...textFields('caption', caption), ...markupField(markup) });
  },
  editmessagereplymarkup: (call) => {
    const markup = readInlineMarkup(call.params);
    const message = ownMessage(call, writableChat(call));
    return edit(call, message, { ...without(message.body, 'reply_markup'), ...markupField(markup) });
  },
  deletemessage: (call) => {
    deleteOne(call, writableChat(call), call.params.int('message_id') ?? 0);
    return true;
  },
  deletemessages: (call) => {
    const ids = call.params.json('message_ids', 'message_ids');
    if (ids === undefined) throw badRequest('message identifiers are not specified');
    if (!Array.isArray(ids)) throw badRequest('expected an Array of message identifiers');
    if (ids.length > 100) throw badRequest('too many message identifiers specified');
    if (ids.some((id) => !/^\d+$/.test(plainText(id)))) throw badRequest("can't parse message identifier as a Number");
    const chat = writableChat(call);
    for (const id of ids.map(Number)) if (call.world.message(chat.key, id) !== undefined) deleteOne(call, chat, id);
    return true;
  },
  sendchataction: (call) => {
    const action = call.params.text('action').toLowerCase();
    if (
      !/^(?:typing|cancel|choose_sticker|(?:upload|record)_(?:photo|video|voice|video_note|audio|document)|find_location)$/.test(
        action,
      )
    )
      throw badRequest('wrong parameter action in request');
    const chat = writableChat(call);
    const threadId = threadOf(call, chat);
    const from = personView(userOf(call.world, call.bot.id));
    if (action === 'cancel') call.world.presence.stopActing(chat.key, threadId, call.bot.id);
    else call.world.presence.act({ chatId: chat.key, ...(threadId === undefined ? {} : { threadId }), from, action });
    return true;
  },
  sendmessagedraft: (call) => {
    const draftId = call.params.int('draft_id') ?? 0;
    if (draftId === 0) throw badRequest('draft identifier must be non-zero');
    const text = readFormatted(call.params, 'text', 'entities');
    if (codePoints(text.text) > 4096) throw badRequest('message is too long');
    const chat = writableChat(call);
    if (chat.type !== 'private') throw badRequest('TEXTDRAFT_PEER_INVALID');
    const threadId = threadOf(call, chat);
    call.world.presence.draft({
      chatId: chat.key,
      ...(threadId === undefined ? {} : { threadId }),
      draftId,
      from: personView(userOf(call.world, call.bot.id)),
      ...text,
      canStop: call.params.bool('can_stop'),
      keepOnStop: call.params.bool('keep_on_stop'),
    });
    return true;
  },
  forwardmessage: (call) => {
    const source = sourceMessage(call, 'forward');
    return send(call, forwardedBody(call.world, source));
  },
  copymessage: (call) => {
    const source = sourceMessage(call, 'copy');
    const caption = call.params.has('caption') ? textFields('caption', readCaption(call.params)) : {};
    const kept = call.params.has('caption') ? without(source.body, 'caption', 'caption_entities') : source.body;
    const body = {
      ...without(kept, 'reply_markup', 'forward_origin', 'media_group_id'),
      ...caption,
      ...markupField(readMarkup(call.params)),
    };
    return { message_id: send(call, body)['message_id'] };
  },
};

const sourceMessage = (call: Call, verb: 'forward' | 'copy'): MessageRecord => {
  const chat = knownChat(call, 'from_chat_id');
  const source = call.world.message(chat.key, call.params.int('message_id') ?? 0);
  if (source === undefined) throw badRequest(`message to ${verb} not found`);
  const past = verb === 'copy' ? 'copied' : 'forwarded';
  if (isService(source)) throw badRequest(`the message can't be ${past}`);
  return source;
};
