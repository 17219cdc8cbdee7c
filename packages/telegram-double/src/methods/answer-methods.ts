import { badRequest } from '../bot-api-error.ts';
import { codePoints } from '../text/plain-text.ts';
import { reactionViews } from '../world/page-view.ts';
import { type Methods, writableChat } from './call.ts';

const callbackMs = 150_000;

/** How a bot answers without a message: reactions, and answers to pressed buttons. */
export const answerMethods: Methods = {
  setmessagereaction: (call) => {
    const reactions = (call.params.json('reaction', 'reaction types') ?? []) as { type?: string; emoji?: string }[];
    if (!Array.isArray(reactions)) throw badRequest('expected an Array of ReactionType');
    const chat = writableChat(call);
    const message = call.world.message(chat.key, call.params.int('message_id') ?? 0);
    if (message === undefined) throw badRequest('message to react not found');
    if (reactions.length > 1) throw badRequest('REACTIONS_TOO_MANY');
    const emoji = reactions[0]?.emoji;
    if (reactions.length === 1 && !(reactions[0]?.type === 'emoji' && emoji !== undefined && botReactions.has(emoji)))
      throw badRequest('REACTION_INVALID');
    const { [String(call.bot.id)]: _old, ...others } = message.reactions;
    const changed = { ...message, reactions: emoji === undefined ? others : { ...others, [call.bot.id]: emoji } };
    call.world.putMessage(changed);
    const view = { chatId: chat.key, messageId: message.id, reactions: reactionViews(changed) };
    call.world.events.publish(chat.key, { type: 'reactions', ...view });
    return true;
  },
  answercallbackquery: ({ world, bot, params }) => {
    const callback = world.callbacks.get(params.text('callback_query_id'));
    const late = callback === undefined || callback.botId !== bot.id || world.clock.now() - callback.atMs > callbackMs;
    if (late || callback.answer !== undefined)
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    const [text, url] = [params.text('text'), params.text('url')];
    if (codePoints(text) > 200) throw badRequest('MESSAGE_TOO_LONG');
    const shown = {
      ...(text === '' ? {} : { text }),
      ...(url === '' ? {} : { url }),
      showAlert: params.bool('show_alert'),
    };
    world.callbacks.put(callback.id, { ...callback, answer: shown });
    const { id, chatKey, messageId, userId, data } = callback;
    const view = { queryId: id, chatId: chatKey, messageId, userId, data, answered: true, ...shown };
    world.events.publish(chatKey, { type: 'callback_answered', callback: view });
    return true;
  },
};

/** The emoji Telegram lets everybody react with. */
const botReactions = new Set([
  ...Array.from(
    '👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡',
  ),
  '❤',
  '❤️',
  '❤‍🔥',
  '🕊',
  '☃',
  '🤷',
  '🤷‍♂',
  '🤷‍♀',
  '👨‍💻',
]);
