import { expect, it } from 'vitest';
import { always, never, sent } from './messenger-world.ts';
import type { MessengerWorld } from './messenger-world.ts';

/** Files and albums. */
export const messengerFileContract = (create: () => Promise<MessengerWorld>): void => {
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
};
