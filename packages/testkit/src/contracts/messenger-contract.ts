import { turnIdOf } from '@agent-claw/core';
import type { Keyboard, LaneAddress, Messenger, Permit, RenderedPart, ReplyFile, TurnId } from '@agent-claw/core';
import { expect, it } from 'vitest';

/** A message as the people in the chat see it. */
export interface SeenMessage {
  readonly messageId: number;
  readonly part: object;
  readonly silent: boolean;
  readonly replyToMessageId?: number;
  /** The turn that the button under it stops. */
  readonly stopButton?: TurnId;
  /** The buttons of the menu under it. */
  readonly keyboard?: Keyboard;
}

export interface MessengerWorld {
  readonly messenger: Messenger;
  /** A private chat that the bot may write to. */
  readonly chat: LaneAddress;
  /** A topic of a group that the bot may write to. */
  readonly topic: LaneAddress;
  /** A group that the bot may write to, and that can move. */
  readonly group: LaneAddress;
  /** A part with formatting that reads `text`. */
  readonly part: (text: string) => RenderedPart;
  /** A file with a line below it. */
  readonly document: (file: ReplyFile, caption: string) => RenderedPart;
  /** Stored files that read so, as one message or as an album; the first has this line below it. */
  readonly files: (contents: readonly string[], caption: string) => Promise<RenderedPart>;
  /** A part with a stored file that is there no more. */
  readonly missingFile: () => Promise<RenderedPart>;
  /** A message of such a file, as it is seen. */
  readonly seenFile: (content: string, caption: string) => object;
  /** The bot's messages there, in order. */
  readonly seen: (at: LaneAddress) => Promise<readonly SeenMessage[]>;
  /** What stands there as a draft, with the turn that its button stops. */
  readonly drafts: (at: LaneAddress) => Promise<readonly { readonly turn: TurnId; readonly part: object }[]>;
  readonly isTyping: (at: LaneAddress) => Promise<boolean>;
  /** From here on the person in `chat` wants nothing from the bot. */
  readonly block: () => Promise<void>;
  /** `group` gets another address, which is returned. */
  readonly migrate: () => Promise<LaneAddress>;
  /** `topic` goes away with everything that was said in it; its chat stays. */
  readonly deleteTopic: () => Promise<void>;
  /** A person deletes one of the bot's messages in `chat`. */
  readonly deleteMessage: (at: LaneAddress, messageId: number) => Promise<void>;
  /** The channel answers the next four calls, one of each kind, with a flood wait of so many whole seconds. */
  readonly flood: (retryAfterMs: number) => Promise<void>;
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
  const sent = async (world: MessengerWorld, text: string, at = world.chat): Promise<number> => {
    const outcome = await world.messenger.send(at, world.part(text), {}, always);
    if (outcome.kind !== 'sent') throw new Error(`"${text}" was not sent: ${outcome.kind}.`);
    return outcome.messageId;
  };
  const eachCall = async (world: MessengerWorld, messageId: number, permit = always, at = world.chat) => [
    await world.messenger.send(at, world.part('never'), {}, permit),
    await world.messenger.edit(at, messageId, world.part('never'), {}, permit),
    await world.messenger.remove(at, messageId, permit),
    await world.messenger.typing(at, permit),
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

  it('leaves a group, as often as asked, and says nothing there any more', async () => {
    const { messenger, group, part } = await create();
    const left = [await messenger.leave(group, never), await messenger.leave(group, always)];
    expect([...left, await messenger.leave(group, always)]).toEqual([
      { kind: 'withheld' },
      { kind: 'done' },
      { kind: 'done' },
    ]);
    expect(await messenger.send(group, part('never'), {}, always)).toMatchObject({ kind: 'undeliverable' });
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

  it('shows a stop button with a message, with each edit that asks for it, and no longer than that', async () => {
    const world = await create();
    const { messenger, chat, part } = world;
    const [one, two] = [turnIdOf(1), turnIdOf(2)];
    const outcome = await messenger.send(chat, part('draft'), { stopButton: one }, always);
    const messageId = outcome.kind === 'sent' ? outcome.messageId : 0;
    const seen = [await world.seen(chat)];
    for (const options of [{ stopButton: one }, { stopButton: two }, {}]) {
      expect(await messenger.edit(chat, messageId, part('draft …'), options, always)).toEqual({ kind: 'edited' });
      seen.push(await world.seen(chat));
    }
    const shown = (text: string) => ({ messageId, part: part(text), silent: false });
    expect(seen).toEqual([
      [{ ...shown('draft'), stopButton: one }],
      [{ ...shown('draft …'), stopButton: one }],
      [{ ...shown('draft …'), stopButton: two }],
      [shown('draft …')],
    ]);
  });

  it('shows a draft that grows, until the message comes; it is no message itself', async () => {
    const { messenger, chat, part, drafts, seen } = await create();
    const turn = turnIdOf(12);
    const shown = [];
    for (const text of ['so', 'so far']) {
      expect(await messenger.showDraft(chat, turn, part(text), always)).toEqual({ kind: 'done' });
      shown.push(await drafts(chat));
    }
    expect([shown, await seen(chat)]).toEqual([[[{ turn, part: part('so') }], [{ turn, part: part('so far') }]], []]);
    await messenger.send(chat, part('so far, so good'), {}, always);
    expect(await drafts(chat)).toEqual([]);
  });

  it('shows no draft in a group, or without a permit', async () => {
    const { messenger, chat, group, part, drafts } = await create();
    const outcomes = [
      await messenger.showDraft(group, turnIdOf(1), part('x'), always),
      await messenger.showDraft(chat, turnIdOf(1), part('x'), never),
    ];
    expect([outcomes, await drafts(group), await drafts(chat)]).toEqual([
      [{ kind: 'failed' }, { kind: 'withheld' }],
      [],
      [],
    ]);
  });

  it('sends a text as a file with a line below it, as a reply in the topic that the address names', async () => {
    const world = await create();
    const { messenger, topic, document } = world;
    const file = document({ name: 'notes ü.md', content: '# Größe\n\n👋\n' }, 'The *notes*.');
    const first = await sent(world, 'first', topic);
    const outcome = await messenger.send(topic, file, { silent: true, replyToMessageId: first }, always);
    expect((await world.seen(topic))[1]).toEqual({
      messageId: outcome.kind === 'sent' && outcome.messageId,
      part: file,
      silent: true,
      replyToMessageId: first,
    });
    expect(await messenger.send(topic, file, {}, never)).toEqual({ kind: 'withheld' });
  });

  it('sends a stored file, and an album as a message for each, named by the newest', async () => {
    const world = await create();
    const { messenger, chat, files, seenFile } = world;
    const one = await messenger.send(chat, await files(['one'], 'The *first*'), {}, always);
    const two = await messenger.send(chat, await files(['two', 'three'], 'Both'), { silent: true }, always);
    const [id, newest] = [one, two].map((outcome) => (outcome.kind === 'sent' ? outcome.messageId : Number.NaN));
    expect(await world.seen(chat)).toEqual([
      { messageId: id, part: seenFile('one', 'The *first*'), silent: false },
      { messageId: (newest ?? 0) - 1, part: seenFile('two', 'Both'), silent: true },
      { messageId: newest, part: seenFile('three', ''), silent: true },
    ]);
    expect(await messenger.findOwn(chat, id ?? 0, always)).toEqual({ kind: 'found', messageId: (newest ?? 0) - 1 });
    expect(await messenger.send(chat, await files(['x'], ''), {}, never)).toEqual({ kind: 'withheld' });
  });

  it('refuses a file that is there no more as a file: nothing is sent, and words pass', async () => {
    const world = await create();
    const outcome = await world.messenger.send(world.chat, await world.missingFile(), {}, always);
    expect(outcome).toEqual({ kind: 'undeliverable', reason: expect.any(String) as string, isFile: true });
    expect(await world.seen(world.chat)).toEqual([]);
    await sent(world, 'words');
  });

  it('shows a menu below a part, another one after an edit with another, and none after one without', async () => {
    const world = await create();
    const { messenger, chat, part } = world;
    const keyboard = (nonce: string, ...labels: readonly string[]): Keyboard =>
      labels.map((label, index) => [{ label, nonce, index }]);
    const outcome = await messenger.send(chat, part('menu'), { keyboard: keyboard('a', 'One', 'Two') }, always);
    const messageId = outcome.kind === 'sent' ? outcome.messageId : 0;
    const seen = [await world.seen(chat)];
    for (const options of [{ keyboard: keyboard('b', 'One', 'Two') }, { keyboard: keyboard('b', 'Three') }, {}]) {
      expect(await messenger.edit(chat, messageId, part('menu'), options, always)).toEqual({ kind: 'edited' });
      seen.push(await world.seen(chat));
    }
    const shown = { messageId, part: part('menu'), silent: false };
    expect(seen).toEqual([
      [{ ...shown, keyboard: keyboard('a', 'One', 'Two') }],
      [{ ...shown, keyboard: keyboard('b', 'One', 'Two') }],
      [{ ...shown, keyboard: keyboard('b', 'Three') }],
      [shown],
    ]);
  });

  it('says of an edit that the message is gone when a person has deleted it', async () => {
    const world = await create();
    const { messenger, chat, part } = world;
    const messageId = await sent(world, 'before');
    await world.deleteMessage(chat, messageId);
    expect(await messenger.edit(chat, messageId, part('after'), {}, always)).toEqual({ kind: 'gone' });
    expect(await world.seen(chat)).toEqual([]);
  });

  it('says where a chat has moved to, changes nothing behind it, and speaks there when told to', async () => {
    const world = await create();
    const { group, part } = world;
    const messageId = await sent(world, 'before', group);
    const to = await world.migrate();
    expect(to.place).not.toBe(group.place);
    expect(await eachCall(world, messageId, always, group)).toEqual([
      { kind: 'moved', to },
      { kind: 'gone' },
      { kind: 'failed' },
      { kind: 'failed' },
    ]);
    expect((await world.seen(group)).map((message) => message.part)).toEqual([part('before')]);
    const fresh = await sent(world, 'after', to);
    expect(await world.seen(to)).toEqual([{ messageId: fresh, part: part('after'), silent: false }]);
  });

  it('says of a topic that is gone that its chat is where to go, and speaks there when told to', async () => {
    const world = await create();
    const { messenger, topic, part } = world;
    const messageId = await sent(world, 'before', topic);
    await world.deleteTopic();
    const { thread: _gone, ...alone } = topic;
    expect([
      await messenger.send(topic, part('never'), {}, always),
      await messenger.edit(topic, messageId, part('never'), {}, always),
      await messenger.typing(topic, always),
    ]).toEqual([{ kind: 'moved', to: alone }, { kind: 'gone' }, { kind: 'failed' }]);
    const fresh = await sent(world, 'after', alone);
    expect([await world.seen(topic), await world.seen(alone)]).toEqual([
      [],
      [{ messageId: fresh, part: part('after'), silent: false }],
    ]);
  });

  it.each([9_000, 3_600_000])(
    'says how long to wait in a flood (%i ms), changes nothing, and works again afterwards',
    async (retryAfterMs) => {
      const world = await create();
      const messageId = await sent(world, 'before');
      await world.flood(retryAfterMs);
      const wait = { kind: 'wait', retryAfterMs };
      expect(await eachCall(world, messageId)).toEqual([wait, wait, wait, wait]);
      await sent(world, 'after');
      expect((await world.seen(world.chat)).map(({ part }) => part)).toEqual([
        world.part('before'),
        world.part('after'),
      ]);
    },
  );

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

  it('finds a message whose send was not confirmed, behind those that it knows, and leaves it as it is', async () => {
    const world = await create();
    const { messenger, chat, part } = world;
    const before = await sent(world, 'before');
    expect(await messenger.findOwn(chat, before, always)).toEqual({ kind: 'none' });
    await world.cutAnswer('send');
    await messenger.send(chat, part('unconfirmed'), {}, always);
    const found = await messenger.findOwn(chat, before, always);
    const seen = await world.seen(chat);
    expect({ found, parts: seen.map((message) => message.part) }).toEqual({
      found: { kind: 'found', messageId: seen[1]?.messageId },
      parts: [part('before'), part('unconfirmed')],
    });
    expect(await messenger.findOwn(chat, seen[1]?.messageId ?? 0, always)).toEqual({ kind: 'none' });
  });

  it('finds nothing where other lanes share the numbers, or without a permit', async () => {
    const world = await create();
    const { messenger, chat, topic, group } = world;
    const outcomes = [];
    for (const at of [topic, group])
      outcomes.push(await messenger.findOwn(at, (await sent(world, 'here', at)) - 1, always));
    outcomes.push(await messenger.findOwn(chat, (await sent(world, 'there')) - 1, never));
    expect(outcomes).toEqual([{ kind: 'none' }, { kind: 'none' }, { kind: 'withheld' }]);
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
