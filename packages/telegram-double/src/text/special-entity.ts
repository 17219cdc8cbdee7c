import type { EntityView } from '../double-api.ts';
import { checkUrl, mentionedUserId, tgParameters } from './check-url.ts';
import { exactInteger } from './source-text.ts';

type Span = Pick<EntityView, 'offset' | 'length'>;

/** A link or, for `tg://user?id=`, a mention; null when Telegram refuses the address. */
export const linkEntity = (address: string, { offset, length }: Span): EntityView | null => {
  const userId = mentionedUserId(address);
  if (userId !== null)
    return { type: 'text_mention', offset, length, user: { id: userId, is_bot: false, first_name: '' } };
  const checked = checkUrl(address);
  return checked.kind === 'invalid' ? null : { type: 'text_link', offset, length, url: checked.url };
};

/** A custom emoji by its number; null when it is none. */
export const customEmojiEntity = (id: string, { offset, length }: Span): EntityView | null => {
  const number = exactInteger(id, 64);
  return number === null || number === 0n
    ? null
    : { type: 'custom_emoji', offset, length, custom_emoji_id: String(BigInt.asUintN(64, number)) };
};

/** A moment shown in the reader's own way; null for a format that Telegram does not know. */
export const dateTimeEntity = (unixTime: number, format: string, { offset, length }: Span): EntityView | null => {
  const written = /^[rR]$/.test(format) ? 'r' : dateParts(format);
  if (written === null) return null;
  return { type: 'date_time', offset, length, unix_time: unixTime, date_time_format: written };
};

/** The parts in one order, the short form of each before the long one; null when a letter means nothing. */
const dateParts = (format: string): string | null => {
  if (!/^[tTdDwW]*$/.test(format)) return null;
  const first = (...letters: string[]): string => letters.find((letter) => format.includes(letter)) ?? '';
  return `${/w/i.test(format) ? 'w' : ''}${first('d', 'D')}${first('t', 'T')}`;
};

/** What `![…](tg://…)` stands for: a custom emoji or a moment; null for any other address. */
export const emojiOrTimeEntity = (url: string, span: Span): EntityView | null => {
  const emojiId = tgParameters(url, 'emoji')?.find(([name]) => name === 'id')?.[1];
  const emoji = emojiId === undefined ? null : customEmojiEntity(emojiId, span);
  if (emoji !== null) return emoji;
  const time = tgParameters(url, 'time') ?? [];
  const moments = time.filter(([name]) => name === 'unix').map(([, value]) => Number(exactInteger(value, 32) ?? 0n));
  if (moments.length === 0 || moments.some((moment) => moment <= 0)) return null;
  return dateTimeEntity(moments.at(-1) ?? 0, time.findLast(([name]) => name === 'format')?.[1] ?? '', span);
};
