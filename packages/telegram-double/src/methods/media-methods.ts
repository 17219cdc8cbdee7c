import { plainText } from '../text/plain-text.ts';
import { badRequest } from '../bot-api-error.ts';
import { readCaption } from '../text/read-text.ts';
import { messageObject } from '../world/bot-view.ts';
import { isFileId, uniqueIdOf } from '../world/file-store.ts';
import { imageSize, mediaBody } from '../world/media-body.ts';
import { postMessage } from '../world/post-message.ts';
import type { Upload } from '../transport/params.ts';
import type { FileRecord, MessageBody } from '../world/records.ts';
import { type Call, type Methods, replyTargetOf, threadOf, writableChat } from './call.ts';
import { readMarkup } from './reply-markup.ts';
import { send, textFields } from './text-methods.ts';

const maxDownloadBytes = 20 * 1024 * 1024;
const maxUploadBytes = 50 * 1024 * 1024;

/** The file a parameter means: an upload under its own name, `attach://part`, or a known file_id. */
const fileOf = (call: Call, kind: string, name: string, given: string): FileRecord => {
  const attached = /^attach:\/\/(.+)$/.exec(given)?.[1];
  const upload = call.params.upload(attached ?? name);
  if (upload !== undefined) {
    if (upload.bytes.length === 0) throw badRequest('file must be non-empty');
    if (upload.bytes.length > (kind === 'photo' ? 10 * 1024 * 1024 : maxUploadBytes))
      throw badRequest(kind === 'photo' ? 'file is too big for a photo' : 'file is too big');
    const mimeType = mimeTypeOf(kind, upload);
    return call.world.files.add(`AQAD${call.world.nextNumber('file', 1_000_001)}`, kind, { ...upload, mimeType });
  }
  if (given === '') throw badRequest(`there is no ${kind} in the request`);
  if (attached !== undefined) throw badRequest(`wrong file identifier/HTTP URL specified`);
  return knownFile(call, given, "wrong remote file identifier specified: can't unserialize it");
};

/** What Telegram makes of a file that comes without a type: its name says, or how it was sent. */
const mimeTypeOf = (kind: string, { name, mimeType }: Upload): string => {
  if (mimeType !== '' && mimeType !== 'application/octet-stream') return mimeType;
  const extension = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return MIME_TYPES[extension] ?? MIME_TYPES[kind] ?? 'application/octet-stream';
};

const MIME_TYPES: Readonly<Record<string, string>> = {
  photo: 'image/jpeg',
  voice: 'audio/ogg',
  audio: 'audio/mpeg',
  video: 'video/mp4',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  mp4: 'video/mp4',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
};

const knownFile = (call: Call, fileId: string, refusal: string): FileRecord => {
  const uniqueId = uniqueIdOf(fileId, call.bot.id);
  const file = uniqueId === null ? undefined : call.world.files.byUniqueId(uniqueId);
  if (file === undefined) throw badRequest(refusal);
  return file;
};

const sendMedia =
  (kind: string) =>
  (call: Call): unknown => {
    const caption = readCaption(call.params);
    const markup = readMarkup(call.params);
    const chat = writableChat(call);
    threadOf(call, chat);
    const file = fileOf(call, kind, kind, call.params.text(kind));
    if (kind === 'photo') checkPhoto(call, file);
    const extra = {
      duration: call.params.int('duration'),
      width: call.params.int('width'),
      height: call.params.int('height'),
    };
    const body = mediaBody(call.world, kind, file, extra);
    return send(call, {
      ...body,
      ...textFields('caption', caption),
      ...(markup === undefined ? {} : { reply_markup: markup }),
    });
  };

/** Pictures that Telegram does not take as such; as a document they pass. */
const checkPhoto = ({ world }: Call, file: FileRecord): void => {
  const bytes = world.files.bytes(file);
  const size = imageSize(bytes);
  if (size === null && bytes.toString('latin1', 0, 4) !== 'RIFF') throw badRequest('IMAGE_PROCESS_FAILED');
  if (size === null) return;
  const [short, long] = [Math.min(size.width, size.height), Math.max(size.width, size.height)];
  if (short + long > 10_000 || long > 20 * short) throw badRequest('PHOTO_INVALID_DIMENSIONS');
};

/** Kinds that make albums with their own kind only. */
const ALONE: ReadonlySet<string> = new Set(['document', 'audio']);

const sendMediaGroup = (call: Call): unknown => {
  const media = call.params.json('media', 'media');
  if (!Array.isArray(media)) throw badRequest('expected an Array of InputMedia');
  if (media.length > 10) throw badRequest('too many messages to send as an album');
  if (media.length === 0) throw badRequest('there are no messages to send');
  const chat = writableChat(call);
  const threadId = threadOf(call, chat);
  const target = replyTargetOf(call, chat);
  const kinds = new Set(media.map((item: Record<string, unknown>) => String(item['type'])));
  const alone = [...kinds].find((kind) => ALONE.has(kind));
  if (kinds.size > 1 && alone !== undefined) throw badRequest(`${alone} can't be mixed with other media types`);
  const bodies = media.map((item: Record<string, unknown>): MessageBody => {
    const kind = String(item['type']);
    if (!['photo', 'video', 'document', 'audio'].includes(kind))
      throw badRequest(`type "${kind}" is not allowed in an album`);
    const caption = textFields('caption', readCaption(captionParams(call, item)));
    const file = fileOf(call, kind, kind, plainText(item['media']));
    if (kind === 'photo') checkPhoto(call, file);
    return { ...mediaBody(call.world, kind, file, {}), ...caption };
  });
  const albumId = String(call.world.nextNumber('album', 13_000_000_001));
  return bodies.map((body) => {
    const message = postMessage(call.world, call.mailboxes, {
      chatKey: chat.key,
      fromId: call.bot.id,
      ...(threadId === undefined ? {} : { threadId }),
      ...(target === undefined ? {} : { replyToId: target.id }),
      silent: call.params.bool('disable_notification'),
      // One alone is no album.
      body: bodies.length === 1 ? body : { media_group_id: albumId, ...body },
    });
    return messageObject(call.world, call.bot.id, message);
  });
};

/** An album item carries its own caption fields. */
const captionParams = (call: Call, item: Record<string, unknown>): Call['params'] => ({
  ...call.params,
  text: (name) => plainText(item[name]),
  json: (name) => item[name],
});

export const mediaMethods: Methods = {
  sendphoto: sendMedia('photo'),
  senddocument: sendMedia('document'),
  sendvoice: sendMedia('voice'),
  sendaudio: sendMedia('audio'),
  sendvideo: sendMedia('video'),
  sendanimation: sendMedia('animation'),
  sendsticker: sendMedia('sticker'),
  sendmediagroup: sendMediaGroup,
  sendlocation: (call) => {
    const [latitude, longitude] = [
      Number(call.params.text('latitude') || 'x'),
      Number(call.params.text('longitude') || 'x'),
    ];
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
      throw badRequest('wrong latitude/longitude specified');
    const markup = readMarkup(call.params);
    return send(call, { location: { latitude, longitude }, ...(markup === undefined ? {} : { reply_markup: markup }) });
  },
  getfile: (call) => {
    const fileId = call.params.text('file_id');
    if (fileId === '') throw badRequest('file_id not specified');
    if (!isFileId(fileId)) throw badRequest('invalid file_id');
    const file = knownFile(call, fileId, 'wrong file_id or the file is temporarily unavailable');
    if (file.size > maxDownloadBytes) throw badRequest('file is too big');
    return {
      file_id: fileId,
      file_unique_id: file.uniqueId,
      file_size: file.size,
      file_path: call.world.files.link(file, call.world.clock.now()),
    };
  },
};
