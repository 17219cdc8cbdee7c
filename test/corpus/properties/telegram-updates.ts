import { admit, turnIdOf } from '@agent-claw/core';
import type { InboxEntry } from '@agent-claw/core';
import { membershipOf, migrationOf } from '@agent-claw/telegram/group-news';
import { entryOf, laneOf, visitorOf } from '@agent-claw/telegram/inbound';
import { parseUpdate } from '@agent-claw/telegram/parse-update';
import type { ParsedUpdate } from '@agent-claw/telegram/parse-update';
import type { TelegramDraftStop, TelegramMembership } from '@agent-claw/telegram/update-schema';
import { draftStopOf, draftStopperOf, presserOf, stopEntryOf, stopOf } from '@agent-claw/telegram/pressed-button';
import type { Property } from '../property.ts';

const BOT = { id: '999000999', username: 'TestAssistantBot' };
const MEDIA = ['document', 'voice', 'audio', 'video', 'video_note', 'animation', 'sticker'] as const;

type Pressed = Extract<ParsedUpdate, { kind: 'callback_query' }>;
type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null ? (value as Json) : undefined;

const idOf = (value: unknown): string => {
  const id = object(value)?.['id'];
  return typeof id === 'number' ? String(id) : '';
};

/** What is missing of the files of one raw message, its own or one that it answers to. */
const lostFiles = (raw: Json, attachments: InboxEntry['attachments'] = []): readonly string[] => {
  const lost: string[] = [];
  const expectField = (name: string, isKept: boolean): void => {
    if (!isKept) lost.push(name);
  };
  const photo = Array.isArray(raw['photo']) ? object(raw['photo'].at(-1)) : undefined;
  if (photo !== undefined)
    expectField(
      'photo',
      attachments.some(({ fileId }) => fileId === photo['file_id']),
    );
  for (const kind of MEDIA) {
    const file = object(raw[kind]);
    if (file === undefined || (kind === 'document' && raw['animation'] !== undefined)) continue;
    const kept = attachments.find(({ fileId }) => fileId === file['file_id']);
    const fields = { file_unique_id: kept?.uniqueId, file_name: kept?.name, mime_type: kept?.mimeType };
    const numbers = { file_size: kept?.sizeBytes, duration: kept?.durationS };
    expectField(kind, kept?.kind === kind);
    for (const [field, value] of Object.entries({ ...fields, ...numbers }))
      if (file[field] !== undefined) expectField(`${kind}.${field}`, value === file[field]);
  }
  return lost;
};

/** Every field of the raw message that the product uses, looked up in what it was turned into. */
const lostFields = (raw: Json, entry: InboxEntry): readonly string[] => {
  const lost: string[] = [];
  const expectField = (name: string, isKept: boolean): void => {
    if (!isKept) lost.push(name);
  };
  const said = (raw['text'] ?? raw['caption']) as string | undefined;
  if (said !== undefined) expectField('text', entry.text.startsWith(said));
  expectField('message_id', entry.messageId === raw['message_id']);
  expectField('date', entry.sentAtEpochS === raw['date']);
  expectField('from', entry.sender.id === String(object(raw['from'])?.['id']));
  if (raw['media_group_id'] !== undefined) expectField('media_group_id', entry.albumId === raw['media_group_id']);
  lost.push(...lostFiles(raw, entry.attachments));
  const spoken = {
    location: 'location',
    venue: 'venue',
    contact: 'contact',
    poll: 'poll',
    dice: 'rolled',
    story: 'story',
    checklist: 'checklist',
    game: 'game',
    invoice: 'invoice',
    paid_media: 'paid media',
    giveaway: 'giveaway',
    giveaway_winners: 'giveaway',
  };
  for (const [field, word] of Object.entries(spoken))
    if (object(raw[field]) !== undefined) expectField(field, entry.text.includes(word) || raw['venue'] !== undefined);
  const replied = object(raw['reply_to_message']);
  const repliedText = replied?.['text'] ?? replied?.['caption'];
  if (typeof repliedText === 'string')
    expectField('reply_to_message', entry.replyTo?.text.startsWith(repliedText) === true);
  // In a topic it names the service message that created the topic, which is no reply.
  const isReply = replied !== undefined && replied['forum_topic_created'] === undefined;
  const answered = (isReply ? replied : object(raw['external_reply'])) ?? {};
  lost.push(...lostFiles(answered, entry.replyTo?.attachments).map((field) => `answered to ${field}`));
  const entities = raw['entities'] ?? raw['caption_entities'];
  for (const entity of Array.isArray(entities) ? entities.map(object) : [])
    if (entity?.['type'] === 'text_link') expectField('text_link', entry.text.includes(`(${String(entity['url'])})]`));
  for (const words of JSON.stringify(raw['rich_message'] ?? {}).matchAll(/"text":"([^"\\]+)"/g))
    expectField('rich_message', entry.text.includes(words[1] ?? ''));
  const quote = object(raw['quote']);
  if (quote !== undefined) expectField('quote', entry.replyTo?.quote === quote['text']);
  if (raw['forward_origin'] !== undefined || raw['forward_from'] !== undefined)
    expectField('forward', entry.forwardedFrom !== undefined);
  return lost;
};

const pressProblem = ({ updateId, press }: Pressed, raw: Json): string | null => {
  const message = object(raw['message']);
  if (press.id !== raw['id'] || String(press.from.id) !== idOf(raw['from'])) return 'lost who pressed';
  if (press.data !== raw['data'] || String(press.message?.chat.id ?? '') !== idOf(message?.['chat']))
    return 'lost what was pressed, or where';
  const stranger = admit(presserOf(press, BOT), { ownerId: '1', guests: {}, groups: {} });
  if (stranger.kind === 'admitted') return 'let in although nobody knows who pressed';
  const stop = stopOf(press, BOT);
  if ((stop !== null) !== /^stop:t\d{10}$/u.test(String(raw['data']))) return 'taken for a stop without being one';
  if (stop === null) return null;
  const entry = stopEntryOf(updateId, press, stop, 1_763_690_001_999);
  const isWhole =
    entry.sender.id === idOf(raw['from']) && entry.sequence === updateId && entry.sentAtEpochS === 1_763_690_001;
  if (!isWhole || `stop:${entry.stopsTurn}` !== raw['data']) return 'lost what it stops, or who does';
  return stop.laneId.startsWith(`tg:${BOT.id}:${idOf(message?.['chat'])}`) ? null : 'lost its chat';
};

const draftStopProblem = (stopped: TelegramDraftStop, raw: Json): string | null => {
  const stop = draftStopOf(stopped, BOT);
  const { message_thread_id: thread, draft_id: draft } = raw;
  const place = `tg:${BOT.id}:${idOf(raw['chat'])}`;
  if (stop?.laneId !== (typeof thread === 'number' ? `${place}:${thread}` : place)) return 'lost its lane';
  if (admit(draftStopperOf(stopped), { ownerId: '1', guests: {}, groups: {} }).kind === 'admitted')
    return 'let in although nobody knows who stopped';
  return stop.turn === turnIdOf(Number(draft)) ? null : 'lost what it stops';
};

const membershipProblem = (membership: TelegramMembership, raw: Json): string | null => {
  const { place, byId, title, isIn } = membershipOf(membership);
  const chat = object(raw['chat']);
  const status = object(raw['new_chat_member'])?.['status'];
  if (place !== String(chat?.['id']) || byId !== idOf(raw['from']) || title !== (chat?.['title'] ?? ''))
    return 'lost the group, or who changed it';
  return isIn === (status !== 'left' && status !== 'kicked') ? null : 'lost whether the bot is in';
};

/** Real updates go through parse, gate and normalisation without an error or a lost field. */
export const telegramUpdates: Property = {
  corpus: 'telegram-updates',
  statement: 'is parsed, gated and normalised without losing a field we use',
  check(testCase) {
    const update = object(testCase['update']) ?? {};
    const parsed = parseUpdate(update);
    if (parsed.kind === 'unusable') return 'taken for unusable';
    if (parsed.updateId !== update['update_id']) return 'lost its update id';
    if (parsed.kind === 'ignored')
      return parsed.reason === 'other_kind' ? null : `a real update was taken for ${parsed.reason}`;
    if (parsed.kind === 'callback_query') return pressProblem(parsed, object(update['callback_query']) ?? {});
    if (parsed.kind === 'my_chat_member')
      return membershipProblem(parsed.membership, object(update[parsed.kind]) ?? {});
    if (parsed.kind === 'stopped_message_generation')
      return draftStopProblem(parsed.stopped, object(update[parsed.kind]) ?? {});
    const raw = object(update[parsed.kind]) ?? {};
    const from = idOf(raw['from']);
    const chat = idOf(raw['chat']);
    const admission = admit(visitorOf(parsed.message, BOT), {
      ownerId: from,
      guests: {},
      groups: { [chat]: { title: '', sinceMs: 0, activation: 'mention' } },
    });
    const isOwnersPrivateChat =
      object(raw['chat'])?.['type'] === 'private' && chat === from && raw['business_connection_id'] === undefined;
    if (isOwnersPrivateChat && admission.kind === 'refused')
      return `refused (${admission.reason}) in the owner's own chat`;
    const stranger = admit(visitorOf(parsed.message, BOT), { ownerId: '1', guests: {}, groups: {} });
    if (stranger.kind === 'admitted') return 'let in although nobody knows its sender';
    const other = raw['migrate_to_chat_id'] ?? raw['migrate_from_chat_id'];
    const migration = migrationOf(parsed.message);
    // Upstream made the two ids of some pairs equal when it hid them: that is no move.
    const isMove = typeof other === 'number' && String(other) !== chat;
    const ids = new Set([migration?.from, migration?.to]);
    if (isMove && !(ids.has(String(other)) && ids.has(chat))) return 'lost where the group has moved';
    if (!laneOf(parsed.message, BOT).startsWith(`tg:${BOT.id}:${chat}`)) return 'lost its chat';
    const entry = entryOf(parsed.updateId, parsed.message, BOT);
    const said = ['text', 'caption', 'rich_message'].filter((field) => raw[field] !== undefined);
    if (entry === null) return said.length === 0 ? null : `${said.join()} was taken for no content`;
    const lost = lostFields(raw, entry);
    return lost.length === 0 ? null : `lost ${lost.join(', ')}`;
  },
};
