import type { Attachment, ReplyContext } from '@agent-claw/core';
import type { TelegramMessage } from './update-schema.ts';

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
export const attachmentsOf = (message: TelegramMessage): readonly Attachment[] => {
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
      name: file.file_name === undefined ? undefined : wellFormed(file.file_name),
      mimeType: file.mime_type,
      sizeBytes: file.file_size,
      durationS: file.duration,
    };
    return [{ kind, fileId: file.file_id, ...compact(fields) }];
  });
  return [...photos, ...files];
};

/** Content that is neither text nor a file, said in words for the model. */
const described = (message: TelegramMessage): readonly string[] => {
  const { venue, location, contact, poll, dice, sticker, story, checklist } = message;
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
  return lines;
};

/** What the sender said: text or caption, then everything else in words. Empty for service messages. */
export const textOf = (message: TelegramMessage): string =>
  wellFormed([message.text ?? message.caption ?? '', ...described(message)].filter((line) => line !== '').join('\n'));

/** The message answered to. A quote wins over the whole text: it is what the sender meant. */
export const replyContextOf = (message: TelegramMessage, botId: string): ReplyContext | undefined => {
  const { reply_to_message: replied, quote } = message;
  // In a topic every message "replies" to the service message that created the topic; that is no reply.
  if (replied === undefined ? quote === undefined : replied.forum_topic_created !== undefined) return undefined;
  const name = replied?.from === undefined ? forwardName(message.external_reply?.origin) : fullName(replied.from);
  return {
    text: wellFormed(replied?.text ?? replied?.caption ?? ''),
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

/** Whose words these are when the message was forwarded; both the current and the pre-2024 form of the field. */
export const forwardedFromOf = (message: Replied): string | undefined => {
  if (message.forward_origin !== undefined) return forwardName(message.forward_origin);
  if (message.forward_from !== undefined) return fullName(message.forward_from);
  const title = message.forward_from_chat?.title ?? message.forward_sender_name;
  return title === undefined ? undefined : wellFormed(title);
};
