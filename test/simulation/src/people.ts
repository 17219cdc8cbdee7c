import { laneIdOf } from '@agent-claw/core';
import type { Random } from './random.ts';
import { CHOICES } from './sightings.ts';
import type { Choice, SentUpdate } from './sightings.ts';

export const OWNER = '4242001';
export const GUEST = '4242002';
export const STRANGER = '666';
export const GROUP = '-1007';
export const BOT = { id: '7000', username: 'sim_bot' } as const;
const TOPIC = 17;
const MINUTE = 60_000;

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

/** Something that a person does: something said, a stop button or one of a card pressed, or a message of the bot deleted. */
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
  | {
      readonly kind: 'decide';
      readonly atMs: number;
      readonly update: SentUpdate;
      readonly choice: Choice;
      readonly isForeign: boolean;
      readonly body: (messageId: number, data: string) => object;
    }
  | { readonly kind: 'delete'; readonly atMs: number; readonly laneId: string };

const laneOf = ({ place, thread }: Room): string =>
  laneIdOf({ channel: 'tg', account: BOT.id, place, ...(thread === undefined ? {} : { thread: String(thread) }) });

export const OWNER_LANE = laneOf({ place: OWNER, sender: OWNER });

const COMMANDS = ['help', 'status', 'whoami', 'new', 'queue', 'retry'] as const;
const STOPS = ['/stop', 'stop', 'Stopp!', 'стоп'] as const;

/**
 * What the people of one schedule do: 4 to 8 updates in 1 to 3 rooms, in bursts and with pauses. Where the agent asks them for
 * consent they press buttons of its cards, too: some twice, some of somebody else's card, some when it is too late.
 */
export const planDeeds = (random: Random, startMs: number, isAsked: boolean): readonly Deed[] => {
  const rooms = ROOMS.filter((_, index) => index === 0 || random.chance(0.3));
  const deeds: Deed[] = [];
  const count = random.int(4, 8) + (isAsked ? 2 : 0);
  let atMs = startMs;
  let updateId = 100;
  /** Messages that can be edited: their word, and their number from when they were sent. */
  const said: { readonly room: Room; readonly token: string; messageId: number }[] = [];

  const chatOf = ({ place }: Room): object =>
    place.startsWith('-')
      ? { id: Number(place), type: 'supergroup', is_forum: true }
      : { id: Number(place), type: 'private' };
  const personOf = ({ sender }: Pick<Room, 'sender'>): object => ({
    id: Number(sender),
    is_bot: false,
    first_name: 'Ada',
  });
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

  /** A press has the number of the moment at which it is made: nothing that is said later has a lower one. */
  const pressed = (room: Room, kind: 'press' | 'decide') => {
    updateId += 1;
    const mine = updateId;
    const update: SentUpdate = { updateId: mine, laneId: laneOf(room), kind, token: `k${mine}`, isStranger: false };
    const date = Math.floor(atMs / 1_000);
    const body = (messageId: number, sender: string, data: string): object => {
      const message = { message_id: messageId, date, chat: chatOf(room), ...topicOf(room) };
      return { update_id: mine, callback_query: { id: String(mine), from: personOf({ sender }), message, data } };
    };
    return { update, body };
  };
  const decide = (room: Room): void => {
    const isForeign = room.place.startsWith('-') && random.chance(0.3);
    const sender = isForeign ? random.pick([GUEST, STRANGER]) : room.sender;
    const { update, body } = pressed(room, 'decide');
    const choice = random.chance(0.6) ? 'Allow once' : random.pick(CHOICES);
    deeds.push({
      kind: 'decide',
      atMs,
      update,
      choice,
      isForeign,
      body: (messageId, data) => body(messageId, sender, data),
    });
  };

  while (deeds.length < count) {
    const room = random.pick(rooms as [Room, ...Room[]]);
    atMs += random.chance(0.5) ? random.int(50, 4_000) : random.int(4_000, 90_000);
    if (isAsked && deeds.length > 0 && random.chance(0.35)) {
      decide(room);
      if (!random.chance(0.3)) continue;
      atMs += random.int(20, 2_000);
      decide(room);
      continue;
    }
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
      const { update, body } = pressed(room, 'press');
      deeds.push({
        kind: 'press',
        atMs,
        update,
        body: (messageId, turnId) => body(messageId, room.sender, `stop:${turnId}`),
      });
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
  if (isAsked && random.chance(0.3)) {
    atMs += random.int(28 * MINUTE, 33 * MINUTE);
    decide(random.pick(rooms as [Room, ...Room[]]));
  }
  return deeds;
};
