import { plainText } from '../text/plain-text.ts';
import { badRequest } from '../bot-api-error.ts';
import type { Params } from '../transport/params.ts';

type Json = Record<string, unknown>;
const maxCallbackBytes = 64;
const maxMarkupBytes = 10_000;

/** The markup of a new message, normalised; undefined when there is none. */
export const readMarkup = (params: Params): Json | undefined => {
  const markup = params.json('reply_markup', 'reply keyboard markup');
  if (markup === undefined) return undefined;
  if (!isObject(markup)) throw badRequest('object expected as reply markup');
  if (JSON.stringify(markup).length > maxMarkupBytes) throw badRequest('reply markup is too long');
  if (markup['inline_keyboard'] !== undefined) return inlineKeyboard(markup['inline_keyboard']);
  const isOther = ['keyboard', 'remove_keyboard', 'force_reply'].some((name) => markup[name] !== undefined);
  if (!isOther && Object.keys(markup).length > 0) throw badRequest("can't parse reply keyboard markup JSON object");
  return isOther ? markup : undefined;
};

/** The markup of an edit: an inline keyboard or none. */
export const readInlineMarkup = (params: Params): Json | undefined => {
  const markup = readMarkup(params);
  if (markup !== undefined && markup['inline_keyboard'] === undefined) throw badRequest('inline keyboard expected');
  return markup;
};

const inlineKeyboard = (rows: unknown): Json | undefined => {
  if (!Array.isArray(rows)) throw badRequest('field "inline_keyboard" must be of type Array');
  const keyboard = rows.map((row: unknown) => {
    if (!Array.isArray(row))
      throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays');
    return row.map(inlineButton);
  });
  const filled = keyboard.filter((row) => row.length > 0);
  return filled.length === 0 ? undefined : { inline_keyboard: filled };
};

const inlineButton = (button: unknown): Json => {
  if (!isObject(button)) throw badRequest("can't parse inline keyboard button: InlineKeyboardButton must be an Object");
  const text = plainText(button['text']).trim();
  if (text === '') throw badRequest('inline keyboard button text must be non-empty');
  const data = button['callback_data'];
  // Empty data counts as none.
  if (data !== undefined && data !== '') {
    const bytes = Buffer.byteLength(plainText(data));
    if (bytes > maxCallbackBytes) throw badRequest('BUTTON_DATA_INVALID');
    return { ...button, text, callback_data: plainText(data) };
  }
  const kinds = [
    'url',
    'login_url',
    'web_app',
    'switch_inline_query',
    'switch_inline_query_current_chat',
    'switch_inline_query_chosen_chat',
    'copy_text',
    'callback_game',
    'pay',
  ];
  if (!kinds.some((kind) => button[kind] !== undefined))
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  return { ...button, text };
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
