import { getTdjson } from 'prebuilt-tdlib';
import * as tdl from 'tdl';
import type { EntityView } from '@agent-claw/telegram-double';
import type { FormattedText } from '@agent-claw/telegram-double/text';

/** What a parser made of a text: the text with its entities, or the reason why not. */
export type Reading = FormattedText | { readonly error: string };

export type ParseMode = 'HTML' | 'Markdown' | 'MarkdownV2';

const parseModes = {
  HTML: { _: 'textParseModeHTML' },
  Markdown: { _: 'textParseModeMarkdown', version: 1 },
  MarkdownV2: { _: 'textParseModeMarkdown', version: 2 },
} as const;

/**
 * TDLib, the library under Telegram's own Bot API server, asked offline: these of its methods need neither account nor network.
 * Its library must be there for this platform; npm installs it as an optional dependency.
 */
export const openTdlibOracle = () => {
  tdl.configure({ tdjson: getTdjson(), verbosityLevel: 0 });
  const ask = (request: Request): Reading => {
    const answer = tdl.execute(request as never) as unknown as Answer;
    return answer._ === 'error'
      ? { error: answer.message }
      : { text: answer.text ?? '', entities: answer.entities.map(entityView) };
  };
  return {
    /** A text with a `parse_mode`, before anything is repaired. */
    parse: (mode: ParseMode, text: string): Reading =>
      ask({ _: 'parseTextEntities', text, parse_mode: parseModes[mode] }),
    /**
     * What remains of a text and its entities when they are repaired; edges stay.
     * The text may hold no mark of Markdown, which this method would read.
     */
    repair: ({ text, entities }: FormattedText): Reading =>
      ask({ _: 'parseMarkdown', text: { _: 'formattedText', text, entities: entities.map(textEntity) } }),
    /** Null when it found a kind that the Bot API does not show and that hides others: card numbers, times, phone numbers. */
    find: (text: string): readonly EntityView[] | null => {
      const { entities } = tdl.execute({ _: 'getTextEntities', text } as never) as unknown as Found;
      return entities.some(({ type }) => types[type._] === undefined) ? null : entities.map(entityView);
    },
  };
};

interface Request {
  readonly _: string;
  readonly [name: string]: unknown;
}
interface TdType {
  readonly _: string;
  readonly [name: string]: unknown;
}
interface TdEntity {
  readonly offset: number;
  readonly length: number;
  readonly type: TdType;
}
interface Found {
  readonly text?: string;
  readonly entities: readonly TdEntity[];
}
type Answer =
  | { readonly _: 'error'; readonly message: string }
  | ({ readonly _: 'formattedText' | 'textEntities' } & Found);

const types: Readonly<Record<string, string>> = {
  textEntityTypeBold: 'bold',
  textEntityTypeItalic: 'italic',
  textEntityTypeUnderline: 'underline',
  textEntityTypeStrikethrough: 'strikethrough',
  textEntityTypeSpoiler: 'spoiler',
  textEntityTypeCode: 'code',
  textEntityTypePre: 'pre',
  textEntityTypePreCode: 'pre',
  textEntityTypeTextUrl: 'text_link',
  textEntityTypeMentionName: 'text_mention',
  textEntityTypeCustomEmoji: 'custom_emoji',
  textEntityTypeBlockQuote: 'blockquote',
  textEntityTypeExpandableBlockQuote: 'expandable_blockquote',
  textEntityTypeDateTime: 'date_time',
  textEntityTypeMention: 'mention',
  textEntityTypeHashtag: 'hashtag',
  textEntityTypeCashtag: 'cashtag',
  textEntityTypeBotCommand: 'bot_command',
  textEntityTypeUrl: 'url',
  textEntityTypeEmailAddress: 'email',
};

/** An entity in the Bot API's words. */
const entityView = ({ offset, length, type }: TdEntity): EntityView => {
  const span = { type: types[type._] ?? type._, offset, length };
  switch (type._) {
    case 'textEntityTypePreCode':
      return { ...span, language: String(type['language']) };
    case 'textEntityTypeTextUrl':
      return { ...span, url: String(type['url']) };
    case 'textEntityTypeMentionName':
      return { ...span, user: { id: Number(type['user_id']), is_bot: false, first_name: '' } };
    case 'textEntityTypeCustomEmoji':
      return { ...span, custom_emoji_id: String(BigInt.asUintN(64, BigInt(String(type['custom_emoji_id'])))) };
    case 'textEntityTypeDateTime':
      return { ...span, unix_time: Number(type['unix_time']), date_time_format: dateFormat(type['formatting_type']) };
    default:
      return span;
  }
};

const dateFormat = (formatting: unknown): string => {
  if (formatting === null || formatting === undefined) return '';
  const { _: kind, show_day_of_week: week, date_precision: date, time_precision: time } = formatting as TdType;
  if (kind === 'dateTimeFormattingTypeRelative') return 'r';
  const letter = (precision: unknown, short: string, long: string): string => {
    const name = (precision as TdType)._;
    return name.endsWith('Short') ? short : name.endsWith('Long') ? long : '';
  };
  return `${week === true ? 'w' : ''}${letter(date, 'd', 'D')}${letter(time, 't', 'T')}`;
};

const tdNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(types).map(([tdName, name]) => [name, tdName]),
);

const textEntity = (entity: EntityView): TdEntity => {
  const { offset, length, type, language, url, user, custom_emoji_id, unix_time } = entity;
  const kind = type === 'pre' && language === undefined ? 'textEntityTypePre' : (tdNames[type] ?? type);
  const given = { language, url, user_id: user?.id, custom_emoji_id, unix_time };
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { offset, length, type: { _: kind, ...fields } };
};
