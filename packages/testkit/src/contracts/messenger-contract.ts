import type { LaneAddress, Messenger, Permit, RenderedPart } from '@agent-claw/core';
import { expect, it } from 'vitest';

/** A message as the people in the chat see it. */
export interface SeenMessage {
  readonly messageId: number;
  readonly part: object;
  readonly silent: boolean;
  readonly replyToMessageId?: number;
}

export interface MessengerWorld {
  readonly messenger: Messenger;
  /** A private chat that the bot may write to. */
  readonly chat: LaneAddress;
  /** A topic of a group that the bot may write to. */
  readonly topic: LaneAddress;
  /** A part with formatting that reads `text`. */
  readonly part: (text: string) => RenderedPart;
  /** The bot's messages there, in order. */
  readonly seen: (at: LaneAddress) => Promise<readonly SeenMessage[]>;
  readonly isTyping: (at: LaneAddress) => Promise<boolean>;
  /** From here on the person in `chat` wants nothing from the bot. */
  readonly block: () => Promise<void>;
  /** The channel answers the next four calls, one of each kind, with a flood wait of nine seconds. */
  readonly flood: () => Promise<void>;
  /** The connection is cut when the next call has taken effect, before its answer arrives. */
  readonly cutAnswer: (of: 'send' | 'edit') => Promise<void>;
  /** The channel cannot be reached for the next four calls; after them the test calls `goOnline`. */
  readonly goOffline: () => Promise<void>;
  readonly goOnline: () => Promise<void>;
}

const always: Permit = () => 10_000;
const never: Permit = () => null;

/** The promises of `Messenger`. */
export const messengerContract = (create: () => Promise<MessengerWorld>): void => {
  const sent = async ({ messenger, chat, part }: MessengerWorld, text: string): Promise<number> => {
    const outcome = await messenger.send(chat, part(text), {}, always);
    if (outcome.kind !== 'sent') throw new Error(`"${text}" was not sent: ${outcome.kind}.`);
    return outcome.messageId;
  };
  const eachCall = async ({ messenger, chat, part }: MessengerWorld, messageId: number, permit = always) => [
    await messenger.send(chat, part('never'), {}, permit),
    await messenger.edit(chat, messageId, part('never'), {}, permit),
    await messenger.remove(chat, messageId, permit),
    await messenger.typing(chat, permit),
  ];

  it('shows each part once with its formatting, in order, each under an id of its own', async () => {
    const world = await create();
    const [one, two] = [await sent(world, 'one'), await sent(world, 'two')];
    expect(one).not.toBe(two);
    expect(await world.seen(world.chat)).toEqual([
      { messageId: one, part: world.part('one'), silent: false },
      { messageId: two, part: world.part('two'), silent: false },
    ]);
  });

  it('sends silently, and as a reply, when asked to', async () => {
    const world = await create();
    const first = await sent(world, 'first');
    const outcome = await world.messenger.send(
      world.chat,
      world.part('reply'),
      { silent: true, replyToMessageId: first },
      always,
    );
    expect(outcome).toEqual({ kind: 'sent', messageId: expect.any(Number) });
    expect((await world.seen(world.chat))[1]).toEqual({
      messageId: outcome.kind === 'sent' && outcome.messageId,
      part: world.part('reply'),
      silent: true,
      replyToMessageId: first,
    });
  });

  it('sends a reply also when the message it answers is gone', async () => {
    const world = await create();
    const first = await sent(world, 'first');
    await world.messenger.remove(world.chat, first, always);
    expect(
      await world.messenger.send(world.chat, world.part('reply'), { replyToMessageId: first }, always),
    ).toMatchObject({ kind: 'sent' });
    expect((await world.seen(world.chat)).map(({ part }) => part)).toEqual([world.part('reply')]);
  });

  it('speaks in the topic that the address names, and nowhere else', async () => {
    const world = await create();
    const { messenger, topic, part } = world;
    const outcome = await messenger.send(topic, part('here'), {}, always);
    const messageId = outcome.kind === 'sent' ? outcome.messageId : 0;
    expect(await messenger.edit(topic, messageId, part('there'), {}, always)).toEqual({ kind: 'edited' });
    expect(await world.seen(topic)).toEqual([{ messageId, part: part('there'), silent: false }]);
    expect(await world.seen(world.chat)).toEqual([]);
  });

  it('edits in place, and counts an edit to what is there already as edited', async () => {
    const world = await create();
    const { messenger, chat, part } = world;
    const messageId = await sent(world, 'before');
    const edits = [
      await messenger.edit(chat, messageId, part('after'), {}, always),
      await messenger.edit(chat, messageId, part('after'), {}, always),
    ];
    expect(edits).toEqual([{ kind: 'edited' }, { kind: 'edited' }]);
    expect(await world.seen(chat)).toEqual([{ messageId, part: part('after'), silent: false }]);
  });

  it('removes a message, counts what is not there as removed, and says of an edit of it that it is gone', async () => {
    const world = await create();
    const { messenger, chat, part } = world;
    const kept = await sent(world, 'kept');
    const messageId = await sent(world, 'removed');
    const outcomes = [
      await messenger.remove(chat, messageId, always),
      await messenger.remove(chat, messageId, always),
      await messenger.edit(chat, messageId, part('again'), {}, always),
    ];
    expect(outcomes).toEqual([{ kind: 'done' }, { kind: 'done' }, { kind: 'gone' }]);
    expect((await world.seen(chat)).map((message) => message.messageId)).toEqual([kept]);
  });

  it('shows that the bot is typing', async () => {
    const world = await create();
    const before = await world.isTyping(world.chat);
    expect(await world.messenger.typing(world.chat, always)).toEqual({ kind: 'done' });
    expect([before, await world.isTyping(world.chat)]).toEqual([false, true]);
  });

  it('says of a chat that has blocked the bot that nothing can be delivered, and why', async () => {
    const world = await create();
    const messageId = await sent(world, 'before');
    await world.block();
    const refused = { kind: 'undeliverable', reason: expect.stringMatching(/\w/u) };
    expect(await eachCall(world, messageId)).toEqual([refused, refused, { kind: 'failed' }, { kind: 'failed' }]);
    expect((await world.seen(world.chat)).map(({ part }) => part)).toEqual([world.part('before')]);
  });

  it('says how long to wait in a flood, changes nothing, and works again afterwards', async () => {
    const world = await create();
    const messageId = await sent(world, 'before');
    await world.flood();
    const wait = { kind: 'wait', retryAfterMs: 9_000 };
    expect(await eachCall(world, messageId)).toEqual([wait, wait, wait, wait]);
    await sent(world, 'after');
    expect((await world.seen(world.chat)).map(({ part }) => part)).toEqual([world.part('before'), world.part('after')]);
  });

  it('does not know of a send whose answer was lost, which may have arrived', async () => {
    const world = await create();
    await world.cutAnswer('send');
    expect(await world.messenger.send(world.chat, world.part('kept'), {}, always)).toEqual({ kind: 'in_doubt' });
    expect((await world.seen(world.chat)).map(({ part }) => part)).toEqual([world.part('kept')]);
  });

  it('lets an edit whose answer was lost be repeated', async () => {
    const world = await create();
    const { messenger, chat, part } = world;
    const messageId = await sent(world, 'before');
    await world.cutAnswer('edit');
    const edits = [
      await messenger.edit(chat, messageId, part('after'), {}, always),
      await messenger.edit(chat, messageId, part('after'), {}, always),
    ];
    expect(edits).toEqual([{ kind: 'in_doubt' }, { kind: 'edited' }]);
    expect((await world.seen(chat)).map((message) => message.part)).toEqual([part('after')]);
  });

  it('asks to wait when the channel cannot be reached; a send after that arrives once', async () => {
    const world = await create();
    const messageId = await sent(world, 'before');
    await world.goOffline();
    const wait = { kind: 'wait', retryAfterMs: expect.any(Number) };
    expect(await eachCall(world, messageId)).toEqual([wait, wait, wait, wait]);
    await world.goOnline();
    await sent(world, 'after');
    expect((await world.seen(world.chat)).map(({ part }) => part)).toEqual([world.part('before'), world.part('after')]);
  });

  it('does nothing without a permit', async () => {
    const world = await create();
    const messageId = await sent(world, 'before');
    const withheld = { kind: 'withheld' };
    expect(await eachCall(world, messageId, never)).toEqual([withheld, withheld, withheld, withheld]);
    expect((await world.seen(world.chat)).map(({ part }) => part)).toEqual([world.part('before')]);
    expect(await world.isTyping(world.chat)).toBe(false);
  });
};
