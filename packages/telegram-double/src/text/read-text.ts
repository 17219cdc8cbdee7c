import { codePoints, plainText } from './plain-text.ts';
import { badRequest, BotApiError } from '../bot-api-error.ts';
import type { EntityView } from '../double-api.ts';
import type { Params } from '../transport/params.ts';
import { checkUrl, mentionedUserId } from './check-url.ts';
import type { FormattedText } from './clean-text.ts';
import { fixFormattedText } from './formatted-text.ts';
import { parseHtml } from './parse-html.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { parseMarkdownV2 } from './parse-markdown-v2.ts';
import { customEmojiEntity, dateTimeEntity } from './special-entity.ts';

const maxSourceBytes = 32_768;
const maxTextCodePoints = 4096;
const maxCaptionCodePoints = 1024;

/** The `text` of a call. @throws BotApiError in Telegram's words when it cannot be a message. */
export const readText = (params: Params): FormattedText => {
  if (params.text('text') === '') throw badRequest('message text is empty');
  const read = readFormatted(params, 'text', 'entities');
  if (read.text === '') throw badRequest('text must be non-empty');
  if (codePoints(read.text) > maxTextCodePoints) throw badRequest('message is too long');
  return read;
};

/** The `caption` of a call; empty is fine. */
export const readCaption = (params: Params): FormattedText => {
  const read = readFormatted(params, 'caption', 'caption_entities');
  if (codePoints(read.text) > maxCaptionCodePoints) throw badRequest('message caption is too long');
  return read;
};

/** Text under `name`, parsed as `parse_mode` says or with the explicit entities. May be empty. */
export const readFormatted = (params: Params, name: string, entitiesName: string): FormattedText => {
  const source = params.text(name);
  if (Buffer.byteLength(source) > maxSourceBytes) throw badRequest('text is too long');
  return fixFormattedText(parse(source, params, entitiesName));
};

const parse = (source: string, params: Params, entitiesName: string): FormattedText => {
  const mode = source === '' ? '' : params.text('parse_mode').toLowerCase();
  if (!/^(?:none)?$/.test(mode) && !source.isWellFormed()) throw badRequest('text must be encoded in UTF-8');
  switch (mode) {
    case '':
    case 'none':
      return { text: source, entities: explicitEntities(jsonIfValid(params, entitiesName)) };
    case 'html':
      return parseHtml(source);
    case 'markdownv2':
      return parseMarkdownV2(source);
    case 'markdown':
      return parseMarkdown(source);
    default:
      throw badRequest('unsupported parse_mode');
  }
};

/** Entities that are no JSON count as none given. */
const jsonIfValid = (params: Params, name: string): unknown => {
  try {
    return params.json(name, 'entities');
  } catch (error) {
    if (error instanceof BotApiError) return undefined;
    throw error;
  }
};

const explicitEntities = (json: unknown): EntityView[] =>
  Array.isArray(json)
    ? json.flatMap((one: unknown) => {
        if (typeof one !== 'object' || one === null || Array.isArray(one)) throw wrongEntity('expected an Object');
        const entity = explicitEntity(one as Record<string, unknown>);
        return entity === null ? [] : [entity];
      })
    : [];

const wrongEntity = (reason: string): Error => badRequest(`can't parse MessageEntity: ${reason}`);

const styles = new Set([
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'blockquote',
  'expandable_blockquote',
  'code',
]);
/** Kinds that the server finds by itself; given ones are ignored. */
const found = new Set([
  'mention',
  'hashtag',
  'cashtag',
  'bot_command',
  'url',
  'email',
  'phone_number',
  'bank_card_number',
]);

const explicitEntity = (json: Record<string, unknown>): EntityView | null => {
  const span = { offset: integerField(json, 'offset'), length: integerField(json, 'length') };
  const type = textField(json, 'type');
  if (type === '') throw wrongEntity('Type is not specified');
  if (styles.has(type)) return { type, ...span };
  if (found.has(type)) return null;
  switch (type) {
    case 'pre': {
      const language = plainText(json['language']);
      return { type, ...span, ...(language === '' ? {} : { language }) };
    }
    case 'text_link': {
      const url = textField(json, 'url');
      const mention = mentionedUserId(url);
      if (mention !== null) return mentionEntity(mention, span);
      const checked = checkUrl(url);
      if (checked.kind === 'invalid') throw badRequest(`entity URL '${url}' is invalid: ${checked.reason}`);
      return { type, ...span, url: checked.url };
    }
    case 'text_mention': {
      const user = json['user'];
      if (typeof user !== 'object' || user === null) throw wrongEntity('Can\'t find field "user"');
      return mentionEntity(integerField(user as Record<string, unknown>, 'id'), span);
    }
    case 'custom_emoji':
      return customEmojiEntity(digitsField(json, 'custom_emoji_id'), span);
    case 'date_time': {
      const moment = dateTimeEntity(integerField(json, 'unix_time'), plainText(json['date_time_format']), span);
      if (moment === null) throw wrongEntity('Invalid date-time format specified');
      if ((moment.unix_time ?? 0) <= 0) throw badRequest('invalid date specified');
      return moment;
    }
    default:
      throw wrongEntity('Unsupported type specified');
  }
};

const mentionEntity = (id: number, span: Pick<EntityView, 'offset' | 'length'>): EntityView => ({
  type: 'text_mention',
  ...span,
  user: { id, is_bot: false, first_name: '' },
});

const textField = (json: Record<string, unknown>, name: string): string => {
  if (json[name] === undefined) throw wrongEntity(`Can't find field "${name}"`);
  if (typeof json[name] !== 'string' && typeof json[name] !== 'number')
    throw wrongEntity(`Field "${name}" must be of type String`);
  return plainText(json[name]);
};

/** A number, or a string of digits, as Telegram takes either. */
const digitsField = (json: Record<string, unknown>, name: string): string => {
  if (json[name] === undefined) throw wrongEntity(`Can't find field "${name}"`);
  const value = plainText(json[name]);
  if (!/^-?\d+$/.test(value)) throw wrongEntity(`Field "${name}" must be a valid Number`);
  return value;
};

const integerField = (json: Record<string, unknown>, name: string): number => Number(digitsField(json, name));
