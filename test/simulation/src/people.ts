import { laneIdOf } from '@agent-claw/core';
import type { Random } from './random.ts';
import type { SentUpdate } from './sightings.ts';

export const OWNER = '4242001';
export const GUEST = '4242002';
export const STRANGER = '666';
export const GROUP = '-1007';
export const BOT = { id: '7000', username: 'sim_bot' } as const;
const TOPIC = 17;

interface Room {
  readonly place: string;
  readonly sender: string;
  readonly thread?: number;
}
const ROOMS: readonly Room[] = [
  { place: OWNER, sender: OWNER },
  { place: GUEST, sender: GUEST },
  { place: GROUP, sender: OWNER, thread: TOPIC },
];

/** Something that a person does: something said, a stop button pressed, or a message of the bot deleted. */
export type Deed =
  /** `body` is the update, once Telegram has numbered the message. */
  | {
      readonly kind: 'update';
      readonly atMs: number;
      readonly update: SentUpdate;
      readonly body: (messageId: number) => object;
    }
  | {
      readonly kind: 'press';
      readonly atMs: number;
      readonly update: SentUpdate;
      readonly body: (messageId: number, turnId: string) => object;
    }
  | { readonly kind: 'delete'; readonly atMs: number; readonly laneId: string };

const laneOf = ({ place, thread }: Room): string =>
  laneIdOf({ channel: 'tg', account: BOT.id, place, ...(thread === undefined ? {} : { thread: String(thread) }) });

export const OWNER_LANE = laneOf({ place: OWNER, sender: OWNER });

const COMMANDS = ['help', 'status', 'whoami', 'new', 'queue', 'retry'] as const;
const STOPS = ['/stop', 'stop', 'Stopp!', 'стоп'] as const;

/** What the people of one schedule do: 4 to 8 updates in 1 to 3 rooms, in bursts and with pauses. */
export const planDeeds = (random: Random, startMs: number): readonly Deed[] => {
  const rooms = ROOMS.filter((_, index) => index === 0 || random.chance(0.3));
  const deeds: Deed[] = [];
  const count = random.int(4, 8);
  let atMs = startMs;
  let updateId = 100;
  /** Messages that can be edited: their word, and their number from when they were sent. */
  const said: { readonly room: Room; readonly token: string; messageId: number }[] = [];

  const chatOf = ({ place }: Room): object =>
    place.startsWith('-')
      ? { id: Number(place), type: 'supergroup', is_forum: true }
      : { id: Number(place), type: 'private' };
  const personOf = ({ sender }: Room): object => ({ id: Number(sender), is_bot: false, first_name: 'Ada' });
  const topicOf = ({ thread }: Room): object =>
    thread === undefined ? {} : { message_thread_id: thread, is_topic_message: true };

  const send = (room: Room, kind: SentUpdate['kind'], fields: object, given: Partial<SentUpdate> = {}): void => {
    updateId += 1;
    const mine = updateId;
    const date = Math.floor(atMs / 1_000);
    const token = `k${mine}`;
    const words = { room, token, messageId: 0 };
    if (kind === 'message') said.push(words);
    const update = {
      updateId: mine,
      laneId: laneOf(room),
      kind,
      token,
      isStranger: room.sender === STRANGER,
      ...given,
    };
    const body = (messageId: number): object => {
      words.messageId = messageId;
      const message = {
        message_id: messageId,
        date,
        chat: chatOf(room),
        from: personOf(room),
        ...topicOf(room),
        ...fields,
      };
      return { update_id: mine, message };
    };
    deeds.push({ kind: 'update', atMs, update, body });
  };
  const mention = (room: Room, text: string): object => {
    if (!room.place.startsWith('-')) return { text };
    const name = `@${BOT.username}`;
    return { text: `${name} ${text}`, entities: [{ type: 'mention', offset: 0, length: name.length }] };
  };
  const next = (): string => `k${updateId + 1}`;

  while (deeds.length < count) {
    const room = random.pick(rooms as [Room, ...Room[]]);
    atMs += random.chance(0.5) ? random.int(50, 4_000) : random.int(4_000, 90_000);
    const dice = random.next();
    if (dice < 0.58) {
      send(room, 'message', mention(room, `tell me about ${next()}`));
    } else if (dice < 0.68) {
      const name = random.pick(COMMANDS);
      const address = room.place.startsWith('-') ? `@${BOT.username}` : '';
      send(room, 'command', { text: `/${name}${address}` }, { command: name });
    } else if (dice < 0.78) {
      const word = random.pick(STOPS);
      const text = room.place.startsWith('-') ? `/stop@${BOT.username}` : word;
      send(room, 'stop', { text });
    } else if (dice < 0.83) {
      const album = { media_group_id: `a${updateId}` };
      for (let picture = random.int(2, 3); picture > 0; picture -= 1) {
        atMs += random.int(5, 200);
        const caption = mention(room, next()) as { text: string; entities?: object };
        const { text, entities } = caption;
        const photo = [{ file_id: `f${updateId}`, width: 1, height: 1 }];
        send(room, 'message', {
          ...album,
          photo,
          caption: text,
          ...(entities === undefined ? {} : { caption_entities: entities }),
        });
      }
    } else if (dice < 0.88) {
      send(room, 'message', {
        ...mention(room, `see ${next()}`),
        forward_origin: { type: 'hidden_user', sender_user_name: 'Bob' },
      });
    } else if (dice < 0.91) {
      send({ place: STRANGER, sender: STRANGER }, 'message', { text: `let me in ${next()}` });
    } else if (dice < 0.925) {
      deeds.push({ kind: 'delete', atMs, laneId: laneOf(room) });
    } else if (dice < 0.965) {
      updateId += 1;
      const mine = updateId;
      const update = {
        updateId: mine,
        laneId: laneOf(room),
        kind: 'press' as const,
        token: `k${mine}`,
        isStranger: false,
      };
      const body = (messageId: number, turnId: string): object => {
        const message = { message_id: messageId, date: Math.floor(atMs / 1_000), chat: chatOf(room), ...topicOf(room) };
        const callback_query = { id: String(mine), from: personOf(room), message, data: `stop:${turnId}` };
        return { update_id: mine, callback_query };
      };
      deeds.push({ kind: 'press', atMs, update, body });
    } else {
      const before = said.at(-1);
      if (before === undefined || before.room.sender === STRANGER) continue;
      updateId += 1;
      const mine = updateId;
      const date = Math.floor(atMs / 1_000);
      const update = {
        updateId: mine,
        laneId: laneOf(before.room),
        kind: 'edit' as const,
        token: `${before.token}e${mine}`,
        edits: before.token,
        isStranger: false,
      };
      const body = (): object => {
        const edited_message = {
          message_id: before.messageId,
          date,
          edit_date: date,
          chat: chatOf(before.room),
          from: personOf(before.room),
          ...topicOf(before.room),
          ...mention(before.room, `rather about ${before.token} ${update.token}`),
        };
        return { update_id: mine, edited_message };
      };
      deeds.push({ kind: 'update', atMs, update, body });
    }
  }
  return deeds;
};
