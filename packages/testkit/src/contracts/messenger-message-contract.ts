import { expect, it } from 'vitest';
import { always, eachCall, never, sent } from './messenger-world.ts';
import type { MessengerWorld } from './messenger-world.ts';

/** What a message is: sent once, edited in place, removed. */
export const messengerMessageContract = (create: () => Promise<MessengerWorld>): void => {
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

  it('says of an edit that the message is gone when a person has deleted it', async () => {
    const world = await create();
    const { messenger, chat, part } = world;
    const messageId = await sent(world, 'before');
    await world.deleteMessage(chat, messageId);
    expect(await messenger.edit(chat, messageId, part('after'), {}, always)).toEqual({ kind: 'gone' });
    expect(await world.seen(chat)).toEqual([]);
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
