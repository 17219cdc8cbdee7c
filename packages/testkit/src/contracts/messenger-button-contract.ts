import { turnIdOf } from '@agent-claw/core';
import type { Keyboard } from '@agent-claw/core';
import { expect, it } from 'vitest';
import { always, never } from './messenger-world.ts';
import type { MessengerWorld } from './messenger-world.ts';

/** What is under a message or stands for one: buttons, drafts. */
export const messengerButtonContract = (create: () => Promise<MessengerWorld>): void => {
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
};
