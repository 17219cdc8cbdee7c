import { expect, it } from 'vitest';
import { always, eachCall, never, sent } from './messenger-world.ts';
import type { MessengerWorld } from './messenger-world.ts';

/** What a call is when its answer is lost. */
export const messengerUnconfirmedContract = (create: () => Promise<MessengerWorld>): void => {
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
};
