import { createHash } from 'node:crypto';
import { addGuest, openPairing, revoke } from '@agent-claw/core';
import type { AccessRecord } from '@agent-claw/core';
import { manualClock, memoryAccess, memoryLanes, memoryWakeQueue } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { createIngestUpdate } from './ingest-update.ts';

const CLAIM = 'mJ4v0T6rT2b9c-kLx_Qw8A';
const CODE = 'ABCD2345';
const START_MS = 1_790_000_000_000;
const digestOf = (code: string): string => createHash('sha256').update(code).digest('hex');
const unowned = (): Partial<AccessRecord> => ({ claim: { digest: digestOf(CLAIM), createdAtMs: 0 } });
const open = (): Partial<AccessRecord> =>
  openPairing({ guests: { '2': { name: 'Bo', sinceMs: 0 } }, groups: {} }, CODE, START_MS).record ?? {};

const aWorld = (record: Partial<AccessRecord> = {}, ownerId = '1') => {
  const clock = manualClock(START_MS);
  const access = memoryAccess(clock, record);
  const lanes = memoryLanes();
  const wakes = memoryWakeQueue();
  const bot = { id: '7000', username: 'ClawBot' };
  const ingest = createIngestUpdate({ mailbox: lanes.mailbox, wakes, access: access.open(), ownerId, bot, clock });
  /** A private message of a person. */
  const say = (from: number, text: string, updateId: number, fields: object = {}, kind = 'message') =>
    ingest({
      update_id: updateId,
      [kind]: {
        message_id: updateId,
        date: 1_000,
        chat: { id: from, type: 'private' },
        from: { id: from, is_bot: false, first_name: `P${from}` },
        text,
        ...fields,
      },
    });
  const inbox = (person: number) => Object.values(lanes.peek(`tg:7000:${person}` as never)?.inbox ?? {});
  return { clock, access, wakes, say, inbox };
};
const ignored = (updateId: number, reason = 'stranger') => ({ kind: 'ignored', updateId, reason });

describe('the gate', () => {
  it("asks the store nothing for the deployment's owner, for bots and for channels", async () => {
    const world = aWorld();
    const outcomes = [
      await world.say(1, 'hi', 1),
      await world.say(9, 'hi', 2, { from: { id: 9, is_bot: true } }),
      await world.say(9, 'hi', 3, { sender_chat: { id: -100, type: 'channel' } }),
    ];
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'ignored', 'ignored']);
    expect(world.access.reads()).toBe(0);
  });

  it('asks once in half a minute for a guest, and notices by then that access was taken away', async () => {
    const world = aWorld(open());
    for (let updateId = 1; updateId <= 3; updateId += 1)
      expect(await world.say(2, 'hi', updateId)).toEqual({ kind: 'accepted', updateId, laneId: 'tg:7000:2' });
    expect(world.access.reads()).toBe(1);
    await world.access.open().update((record) => revoke(record, '2'));
    await world.clock.advance(30_000);
    expect(await world.say(2, 'hi', 4)).toEqual(ignored(4));
  });

  it('gives strangers silence, whatever they write, at four reads a second at most', async () => {
    const world = aWorld(open());
    for (let updateId = 1; updateId <= 50; updateId += 1)
      expect(await world.say(9, updateId % 2 === 0 ? 'hi' : '/start ZZZZ9999', updateId)).toEqual(ignored(updateId));
    expect(world.access.reads()).toBe(1);
    await world.clock.advance(250);
    await world.say(9, 'ZZZZ9999', 51);
    expect({ reads: world.access.reads(), rung: await world.wakes.take() }).toEqual({ reads: 2, rung: [] });
    expect([world.inbox(9), world.inbox(1)]).toEqual([[], []]);
  });

  it('lets in within a quarter of a second somebody who was a stranger a moment ago', async () => {
    const world = aWorld();
    expect(await world.say(9, 'hi', 1)).toEqual(ignored(1));
    await world.access.open().update((record) => addGuest(record, { id: '9', name: 'Eve' }, 5));
    await world.clock.advance(250);
    expect(await world.say(9, 'hi', 2)).toMatchObject({ kind: 'accepted' });
  });
});

describe('the claim', () => {
  it('makes its sender the owner, whose message is answered like any other; its next delivery does no more', async () => {
    const world = aWorld(unowned(), '');
    expect(await world.say(1, `/start ${CLAIM}`, 1)).toEqual({ kind: 'claimed', updateId: 1, laneId: 'tg:7000:1' });
    expect(world.access.peek()).toEqual({
      owner: { id: '1', name: 'P1', claimedAtMs: START_MS },
      guests: {},
      groups: {},
    });
    expect(world.inbox(1)).toMatchObject([{ id: 'u1', kind: 'command', command: { name: 'start' } }]);
    expect(await world.say(1, `/start ${CLAIM}`, 1)).toMatchObject({ kind: 'accepted' });
    expect((await world.wakes.take()).length).toBe(2);
    expect(world.inbox(1)).toHaveLength(1);
  });

  it('is greeted like /start when it is the bare code, which no model reads', async () => {
    const world = aWorld(unowned(), '');
    expect(await world.say(1, ` ${CLAIM} `, 1)).toMatchObject({ kind: 'claimed' });
    expect(world.inbox(1)).toMatchObject([{ kind: 'command', command: { name: 'start', args: CLAIM } }]);
  });

  it('works once: the second who has the code is a stranger', async () => {
    const world = aWorld(unowned(), '');
    await world.say(1, `/start ${CLAIM}`, 1);
    expect(await world.say(9, `/start ${CLAIM}`, 2)).toEqual(ignored(2));
    expect(world.access.peek().owner?.id).toBe('1');
  });

  it.each([
    ['with another code', `/start ${CLAIM}x`, {}],
    ['without a code', '/start', {}],
    ['with more words around it', `hello ${CLAIM}`, {}],
    ['forwarded', `/start ${CLAIM}`, { forward_origin: { type: 'hidden_user', sender_user_name: 'x', date: 1 } }],
    ['in a group', `/start ${CLAIM}`, { chat: { id: -5, type: 'group' } }],
    ["in somebody else's private chat", `/start ${CLAIM}`, { chat: { id: 5, type: 'private' } }],
  ])('is not made %s', async (_how, text, fields) => {
    const world = aWorld(unowned(), '');
    expect(await world.say(9, text, 1, fields)).toMatchObject({ kind: 'ignored' });
    expect(world.access.peek().owner).toBeUndefined();
  });

  it('is not made by an edit, nor where the deployment names an owner', async () => {
    const world = aWorld(unowned(), '');
    expect(await world.say(9, `/start ${CLAIM}`, 1, { edit_date: 2 }, 'edited_message')).toEqual(ignored(1));
    expect(await aWorld(unowned(), '1').say(9, `/start ${CLAIM}`, 1)).toEqual(ignored(1));
  });
});

describe('a knock', () => {
  it.each([CODE, ' abcd2345 ', `/start ${CODE}`, '/start abcd2345'])('tells the owner who it is: %j', async (text) => {
    const world = aWorld(open());
    expect(await world.say(9, text, 4)).toEqual({ kind: 'knocked', updateId: 4, laneId: 'tg:7000:1' });
    const sender = { id: '9', name: 'P9' };
    expect(world.inbox(1)).toEqual([
      { id: 'u4', kind: 'notice', notice: 'knock', sentAtEpochS: 1_000, sequence: 4, sender, text: '' },
    ]);
    expect(await world.wakes.take()).toEqual([{ laneId: 'tg:7000:1', delayS: 0 }]);
    expect(world.inbox(9)).toEqual([]);
  });

  it('is told once, however often it is delivered or repeated, and rings with each delivery', async () => {
    const world = aWorld(open());
    await world.say(9, CODE, 4);
    expect(await world.say(9, CODE, 4)).toMatchObject({ kind: 'knocked' });
    expect(await world.say(9, CODE, 5)).toEqual(ignored(5));
    expect(world.inbox(1).map(({ id }) => id)).toEqual(['u4']);
    expect((await world.wakes.take()).length).toBe(2);
  });

  it('reaches an owner who claimed the bot', async () => {
    const world = aWorld({ ...open(), owner: { id: '3', name: 'Cy', claimedAtMs: 0 } }, '');
    expect(await world.say(9, CODE, 4)).toMatchObject({ kind: 'knocked', laneId: 'tg:7000:3' });
  });

  it('is heard from three people at a time', async () => {
    const world = aWorld(open());
    const outcomes = [];
    for (const person of [6, 7, 8, 9]) outcomes.push((await world.say(person, CODE, person)).kind);
    expect(outcomes).toEqual(['knocked', 'knocked', 'knocked', 'ignored']);
  });

  it.each([
    ['behind other words', `let me in: ${CODE}`, {}],
    ['as a caption', undefined, { caption: CODE, photo: [{ file_id: 'f' }] }],
    ['forwarded', CODE, { forward_origin: { type: 'hidden_user', sender_user_name: 'x', date: 1 } }],
    ['as another command', `/pair ${CODE}`, {}],
  ])('is not heard %s', async (_how, text, fields) => {
    const world = aWorld(open());
    expect(await world.say(9, text as string, 4, fields)).toEqual(ignored(4));
    expect([world.inbox(1), await world.wakes.take()]).toEqual([[], []]);
  });

  it('is not heard after an hour', async () => {
    const world = aWorld(open());
    await world.clock.advance(3_600_000);
    expect(await world.say(9, CODE, 4)).toEqual(ignored(4));
  });

  it('is the plain message of somebody whom the bot knows', async () => {
    const world = aWorld(open());
    expect(await world.say(2, CODE, 4)).toMatchObject({ kind: 'accepted', laneId: 'tg:7000:2' });
  });
});
