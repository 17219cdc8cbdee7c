import type { Attachment, ReplyContext } from '@agent-claw/core';
import { richWords } from './rich-words.ts';
import type { TelegramContent, TelegramMessage } from './update-schema.ts';

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Drops absent fields: stored items and wire bodies hold only what is there. */
const compact = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;

/** Lone surrogates and NUL cannot be stored or sent on; the rest of the text stays as it is. */
export const wellFormed = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD');

export const fullName = (user: {
  readonly first_name?: string | undefined;
  readonly last_name?: string | undefined;
}): string => wellFormed([user.first_name, user.last_name].filter(Boolean).join(' '));

export const senderName = (message: TelegramMessage): string =>
  message.from === undefined ? '' : fullName(message.from);

const FILE_KINDS = ['document', 'voice', 'audio', 'video', 'video_note', 'animation', 'sticker'] as const;

/** What a model takes of one picture; a bigger one that is there beside it would be of no use. */
const PHOTO_BYTES = 3_750_000;

/** The largest of a photo's sizes that a model takes. Telegram lists them from small to large. */
const bestSize = (sizes: TelegramMessage['photo'] = []) =>
  sizes.findLast(({ file_size: bytes = 0 }) => bytes <= PHOTO_BYTES) ?? sizes.at(-1);

/** Files of the message. An animation also carries a `document` twin, which does not count, and a live photo its still. */
export const attachmentsOf = (message: TelegramContent): readonly Attachment[] => {
  const photo = bestSize(message.photo ?? message.live_photo?.photo);
  const photos: Attachment[] =
    photo === undefined
      ? []
      : [
          {
            kind: 'photo',
            fileId: photo.file_id,
            ...compact({ uniqueId: photo.file_unique_id, sizeBytes: photo.file_size }),
          },
        ];
  const files = FILE_KINDS.flatMap((kind): Attachment[] => {
    const file = message[kind];
    if (file === undefined || (kind === 'document' && message.animation !== undefined)) return [];
    const fields = {
      uniqueId: file.file_unique_id,
      name: nameOf(file),
      mimeType: file.mime_type,
      sizeBytes: file.file_size,
      durationS: file.duration,
    };
    return [{ kind, fileId: file.file_id, ...compact(fields) }];
  });
  return [...photos, ...files];
};

/** The name of a file; of a piece of music without one, who plays what. */
const nameOf = (file: NonNullable<TelegramContent['document'] | TelegramContent['audio']>): string | undefined => {
  const played = 'title' in file ? [file.performer, file.title].filter(Boolean).join(' - ') : '';
  const name = file.file_name ?? played;
  return name === '' ? undefined : wellFormed(name);
};

/** Content that is neither text nor a file, said in words for the model. */
const described = (message: TelegramContent): readonly string[] => {
  const { venue, location, contact, poll, dice, sticker, story, checklist, game, invoice } = message;
  const lines: string[] = [];
  if (venue !== undefined)
    lines.push(
      `[venue: ${venue.title}, ${venue.address ?? ''} (${venue.location.latitude}, ${venue.location.longitude})]`,
    );
  else if (location !== undefined) lines.push(`[location: ${location.latitude}, ${location.longitude}]`);
  if (contact !== undefined) lines.push(`[contact: ${fullName(contact)} ${contact.phone_number}]`);
  if (poll !== undefined)
    lines.push(`[poll: ${poll.question} (${poll.options.map((option) => option.text).join(' / ')})]`);
  if (dice !== undefined) lines.push(`[${dice.emoji} rolled ${dice.value}]`);
  if (sticker !== undefined) lines.push(`[sticker${sticker.emoji === undefined ? '' : `: ${sticker.emoji}`}]`);
  if (story !== undefined) lines.push('[story]');
  if (checklist !== undefined)
    lines.push(`[checklist: ${checklist.title} (${(checklist.tasks ?? []).map((task) => task.text).join(' / ')})]`);
  if (message.rich_message !== undefined) lines.push(richWords(message.rich_message.blocks));
  if (game !== undefined) lines.push(`[game: ${game.title ?? ''}]`);
  if (invoice !== undefined) lines.push(`[invoice: ${invoice.title ?? ''}]`);
  if (message.paid_media !== undefined) lines.push('[paid media]');
  if ((message.giveaway ?? message.giveaway_winners) !== undefined) lines.push('[giveaway]');
  return lines;
};

/** Addresses behind words of the text, which does not show them. */
const links = (message: TelegramContent): readonly string[] => {
  const text = message.text ?? message.caption ?? '';
  return (message.entities ?? message.caption_entities ?? []).flatMap((entity) =>
    entity?.type === 'text_link' && entity.url !== undefined
      ? [`[link: ${text.slice(entity.offset, entity.offset + entity.length)} (${entity.url})]`]
      : [],
  );
};

/** What the sender said: text or caption, then everything else in words. Empty for service messages. */
export const textOf = (message: TelegramContent): string =>
  wellFormed(
    [message.text ?? message.caption ?? '', ...links(message), ...described(message)]
      .filter((line) => line !== '')
      .join('\n'),
  );

/** The message answered to. A quote wins over the whole text: it is what the sender meant. */
export const replyContextOf = (message: TelegramMessage, botId: string): ReplyContext | undefined => {
  const { reply_to_message: target, external_reply: elsewhere, quote } = message;
  // In a topic every message "replies" to the service message that created the topic; that is no reply.
  const replied = target?.forum_topic_created === undefined ? target : undefined;
  if ((replied ?? elsewhere ?? quote) === undefined) return undefined;
  const name = replied?.from === undefined ? forwardName(elsewhere?.origin) : fullName(replied.from);
  const content = replied ?? elsewhere ?? {};
  // Every picture of an album answers to the same message: its files come along once, with the words.
  const isBesideTheWords = message.media_group_id !== undefined && message.caption === undefined;
  const attachments = isBesideTheWords ? [] : attachmentsOf(content);
  return {
    text: textOf(content),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...compact({
      senderName: name,
      quote: quote === undefined ? undefined : wellFormed(quote.text),
      isOwn: replied !== undefined && isOwn(replied, message, botId) ? true : undefined,
    }),
  };
};

type Replied = NonNullable<TelegramMessage['reply_to_message']>;

/** True for words of whoever answers to them, or of the bot. */
const isOwn = (replied: Replied, { from }: TelegramMessage, botId: string): boolean =>
  replied.from !== undefined &&
  forwardedFromOf(replied) === undefined &&
  (replied.from.id === from?.id || String(replied.from.id) === botId);

type Origin = NonNullable<TelegramMessage['forward_origin']>;

const forwardName = (origin: Origin | undefined): string | undefined => {
  if (origin === undefined) return undefined;
  const title = origin.chat?.title ?? origin.sender_chat?.title ?? origin.sender_user_name;
  return origin.sender_user === undefined
    ? title === undefined
      ? 'unknown'
      : wellFormed(title)
    : fullName(origin.sender_user);
};

/**
 * Whose words these are when the message was forwarded (both the current and the pre-2024 form of the field), or comes from
 * another bot that the sender has chosen it from.
 */
export const forwardedFromOf = (message: Replied): string | undefined => {
  if (message.forward_origin !== undefined) return forwardName(message.forward_origin);
  if (message.forward_from !== undefined) return fullName(message.forward_from);
  if (message.via_bot !== undefined) return fullName(message.via_bot);
  const title = message.forward_from_chat?.title ?? message.forward_sender_name;
  return title === undefined ? undefined : wellFormed(title);
};
