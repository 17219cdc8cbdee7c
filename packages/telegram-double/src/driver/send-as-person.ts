import type { EntityView } from '../double-api.ts';
import { textFields } from '../methods/text-methods.ts';
import { fixFormattedText } from '../text/formatted-text.ts';
import { codePoints, plainText } from '../text/plain-text.ts';
import type { Params } from '../transport/params.ts';
import { mediaBody } from '../world/media-body.ts';
import { setBlocked } from '../world/membership.ts';
import { messageView } from '../world/page-view.ts';
import { changeMessage, postMessage } from '../world/post-message.ts';
import type { ChatRecord, MessageBody } from '../world/records.ts';
import { DriverError, type DriverRequest } from './driver-request.ts';
import { assertMember, assertTopic, chatOf, ownMessageOf } from './find-chat.ts';

/** Sends a text, files (several make an album) or a location as a person. */
export const sendAs = (request: DriverRequest): unknown => {
  const { deps, params, asId } = request;
  const { world, mailboxes } = deps;
  const chat = chatOf(request);
  assertMember(chat, asId);
  const place = placeIn(chat, params);
  const bodies = bodiesOf(request);
  if (bodies.some((body) => Object.keys(body).length === 0))
    throw new DriverError(400, 'Nothing to send: give a text, a file or a location.');
  if (codePoints(plainText(bodies[0]?.['text'])) > 4096)
    throw new DriverError(400, 'The text is longer than 4096 characters; split it, as clients do.');
  // Writing to a bot that one has blocked unblocks it, as in every client.
  if (chat.blocked) setBlocked(world, mailboxes, chat, false);
  const quote = params.text('quote');
  const quoted = quote === '' ? {} : { quote: { text: quote, position: 0, is_manual: true } };
  const messages = bodies.map((body) =>
    postMessage(world, mailboxes, { chatKey: chat.key, fromId: asId, ...place, body: { ...body, ...quoted } }),
  );
  return { messages: messages.map((message) => messageView(world, message)) };
};

/** Changes the text or caption of the acting person's own message. */
export const editAs = (request: DriverRequest): unknown => {
  const { world, mailboxes } = request.deps;
  const message = ownMessageOf(request);
  if (message.body['forward_origin'] !== undefined)
    throw new DriverError(400, `Message ${message.id} is forwarded and keeps its words; send a message of your own.`);
  const name = message.body['text'] === undefined ? 'caption' : 'text';
  const { text: _t, entities: _e, caption: _c, caption_entities: _ce, ...kept } = message.body;
  const text = textBody(request, name);
  if (name === 'text' && Object.keys(text).length === 0)
    throw new DriverError(400, 'A message needs some text; delete it instead.');
  return messageView(world, changeMessage(world, mailboxes, message, { ...kept, ...text }));
};

const placeIn = (chat: ChatRecord, params: Params): { threadId?: number; replyToId?: number } => {
  const threadId = params.int('threadId');
  const replyToId = params.int('replyTo');
  assertTopic(chat, threadId);
  return {
    ...(threadId === undefined ? {} : { threadId }),
    ...(replyToId === undefined ? {} : { replyToId }),
  };
};

/** One body per message: a file each, or the location, or the text alone. */
const bodiesOf = (request: DriverRequest): MessageBody[] => {
  const { params } = request;
  const { world } = request.deps;
  const uploads = uploadsOf(request);
  const album = uploads.length > 1 ? { media_group_id: String(world.nextNumber('album', 13_000_000_001)) } : {};
  const files = uploads.map((upload, i): MessageBody => {
    const kind = kindOf(request, upload.mimeType);
    const file = world.files.add(`AQAD${world.nextNumber('file', 1_000_001)}`, kind, upload);
    return { ...album, ...mediaBody(world, kind, file, {}), ...(i === 0 ? textBody(request, 'caption') : {}) };
  });
  const location = params.json('location', 'location') as MessageBody | undefined;
  if (location !== undefined) files.push({ location });
  return files.length > 0 ? files : [textBody(request, 'text')];
};

const textBody = (request: DriverRequest, name: 'text' | 'caption'): MessageBody => {
  const source = {
    text: request.params.text('text'),
    entities: (request.params.json('entities', 'entities') ?? []) as EntityView[],
  };
  return textFields(name, fixFormattedText(source));
};

const uploadsOf = ({ params }: DriverRequest) => {
  const found = [];
  for (let n = 1, one = params.upload('file'); one !== undefined; one = params.upload(`file${n}`)) {
    found.push(one);
    n += 1;
  }
  return found;
};

const kindOf = (request: DriverRequest, mimeType: string): string => {
  if (request.params.bool('voice')) return 'voice';
  if (request.params.bool('as_document')) return 'document';
  if (/^image\/(?:png|jpeg|webp)$/.test(mimeType)) return 'photo';
  if (mimeType.startsWith('video/')) return 'video';
  return mimeType.startsWith('audio/') ? 'audio' : 'document';
};
