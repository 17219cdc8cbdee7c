import { expect, it } from 'vitest';
import { always, eachCall, never, sent } from './messenger-world.ts';
import type { MessengerWorld } from './messenger-world.ts';

/** Where the bot may not speak, and where a chat or a topic has gone. */
export const messengerPlaceContract = (create: () => Promise<MessengerWorld>): void => {
  it('fills the menu of commands of one chat, as often as asked', async () => {
    const { messenger, chat, group, commands } = await create();
    const list = ['status', 'pair'].map((name) => ({ name, description: `About ${name}` }));
    const outcomes = [
      await messenger.offerCommands(chat, list, never),
      await messenger.offerCommands(chat, list, always),
    ];
    expect([...outcomes, await messenger.offerCommands(chat, list, always)]).toEqual([
      { kind: 'withheld' },
      { kind: 'done' },
      { kind: 'done' },
    ]);
    expect([await commands(chat), await commands(group)]).toEqual([['status', 'pair'], []]);
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

  it('says of a chat that has blocked the bot that nothing can be delivered, and why', async () => {
    const world = await create();
    const messageId = await sent(world, 'before');
    await world.block();
    const refused = { kind: 'undeliverable', reason: expect.stringMatching(/\w/u) };
    expect(await eachCall(world, messageId)).toEqual([refused, refused, { kind: 'failed' }, { kind: 'failed' }]);
    expect((await world.seen(world.chat)).map(({ part }) => part)).toEqual([world.part('before')]);
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
};
