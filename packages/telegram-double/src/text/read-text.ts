import { codePoints, plainText } from './plain-text.ts';
import { badRequest } from '../bot-api-error.ts';
import type { EntityView } from '../double-api.ts';
import type { Params } from '../transport/params.ts';
import { checkedUrl } from './check-url.ts';
import { assertEntitiesFit, fixFormattedText, type FormattedText } from './formatted-text.ts';
import { parseHtml } from './parse-html.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { parseMarkdownV2 } from './parse-markdown-v2.ts';

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
  switch (params.text('parse_mode').toLowerCase()) {
    case '':
    case 'none': {
      const text = { text: source, entities: explicitEntities(params.json(entitiesName, 'message entities')) };
      assertEntitiesFit(text);
      return text;
    }
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

const explicitEntities = (json: unknown): EntityView[] => {
  if (json === undefined) return [];
  if (!Array.isArray(json)) throw badRequest("can't parse message entities: expected an Array of message entities");
  return json.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) throw badRequest("can't parse MessageEntity: expected an Object");
    const entity = explicitEntity(one as Record<string, unknown>);
    return entity === null ? [] : [entity];
  });
};

/** Null for kinds that the server finds by itself and for kinds it does not know. */
const explicitEntity = (json: Record<string, unknown>): EntityView | null => {
  const type = plainText(json['type']);
  const [offset, length] = [Number(json['offset']), Number(json['length'])];
  if (!Number.isInteger(offset) || !Number.isInteger(length))
    throw badRequest('can\'t parse MessageEntity: field "offset" and "length" must be of type Number');
  if (offset < 0 || length <= 0) return null;
  if (styles.has(type)) return { type, offset, length };
  if (type === 'pre') {
    const language = json['language'];
    return { type, offset, length, ...(typeof language === 'string' && language !== '' ? { language } : {}) };
  }
  if (type === 'text_link') {
    const source = plainText(json['url']);
    const url = checkedUrl(source);
    if (url === null) throw badRequest(`entity URL '${source}' is invalid: Wrong HTTP URL`);
    return { type, offset, length, url };
  }
  if (type === 'custom_emoji') return { type, offset, length, custom_emoji_id: plainText(json['custom_emoji_id']) };
  if (type === 'date_time') return { type, offset, length, unix_time: Number(json['unix_time'] ?? 0) };
  if (type === 'text_mention') {
    const user = json['user'] as { id?: unknown } | undefined;
    return { type, offset, length, user: { id: Number(user?.id ?? 0), is_bot: false, first_name: '' } };
  }
  return null;
};
