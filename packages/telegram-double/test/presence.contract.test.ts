import { describe, expect, it } from 'vitest';
import { aDouble, owner, readEvents, reasonOf } from './double-under-test.ts';

describe('typing', () => {
  it('ends after five seconds', async () => {
    await using world = await aDouble();
    await world.api.sendChatAction(owner, 'typing');
    await world.clock.advance(4_900);
    const before = (await world.history(owner)).typing.map(({ action }) => action);
    await world.clock.advance(200);
    expect([before, (await world.history(owner)).typing]).toEqual([['typing'], []]);
  });

  it('ends with the next message of the bot', async () => {
    await using world = await aDouble();
    await world.api.sendChatAction(owner, 'upload_document');
    await world.api.sendMessage(owner, 'here');
    expect((await world.history(owner)).typing).toEqual([]);
  });

  it('can be taken back without touching a draft', async () => {
    await using world = await aDouble();
    await world.api.sendChatAction(owner, 'typing');
    await world.api.sendMessageDraft(owner, 7, 'so far');
    await world.api.raw.sendChatAction({ chat_id: owner, action: 'cancel' as 'typing' });
    const { typing, drafts } = await world.history(owner);
    expect([typing, drafts.map(({ text }) => text)]).toEqual([[], ['so far']]);
  });

  it('refuses an action that does not exist', async () => {
    await using world = await aDouble();
    expect(await reasonOf(world.api.sendChatAction(owner, 'sleeping' as 'typing'))).toEqual(
      'Bad Request: wrong parameter action in request',
    );
  });
});

describe('drafts', () => {
  it('grow under one id, last thirty seconds after the newest text, and never become messages', async () => {
    await using world = await aDouble();
    await world.api.sendMessageDraft(owner, 7, 'Once');
    await world.clock.advance(20_000);
    await world.api.sendMessageDraft(owner, 7, '<b>Once</b> upon', { parse_mode: 'HTML' });
    await world.clock.advance(29_000);
    const before = await world.history(owner);
    await world.clock.advance(1_100);
    const after = await world.history(owner);
    expect([
      before.drafts.map(({ draftId, text, entities }) => ({ draftId, text, entities })),
      after.drafts,
      after.messages,
    ]).toEqual([[{ draftId: 7, text: 'Once upon', entities: [{ type: 'bold', offset: 0, length: 4 }] }], [], []]);
  });

  it('give way to the message they announced', async () => {
    await using world = await aDouble();
    await world.api.sendMessageDraft(owner, 7, 'Once');
    await world.api.sendMessage(owner, 'Once upon a time');
    expect((await world.history(owner)).drafts).toEqual([]);
  });

  it('tell the bot when the person presses Stop', async () => {
    await using world = await aDouble();
    await world.api.raw.sendMessageDraft({ chat_id: owner, draft_id: 7, text: 'Once', can_stop: true });
    await world.people('POST', `/chats/${owner}/stop`, { draftId: 7 });
    const updates: readonly object[] = await world.api.getUpdates();
    expect([updates, (await world.history(owner)).drafts]).toMatchObject([
      [{ stopped_message_generation: { chat: { id: owner }, draft_id: 7 } }],
      [],
    ]);
  });

  it('stay, without the button, when the bot wants what was written to be read on', async () => {
    await using world = await aDouble();
    const draft = { chat_id: owner, draft_id: 7, text: 'Once', can_stop: true, keep_on_stop: true };
    await world.api.raw.sendMessageDraft(draft);
    await world.people('POST', `/chats/${owner}/stop`, { draftId: 7 });
    const stopped = (await world.history(owner)).drafts.map(({ text, canStop }) => ({ text, canStop }));
    await world.clock.advance(30_000);
    expect([stopped, (await world.history(owner)).drafts]).toEqual([[{ text: 'Once', canStop: false }], []]);
  });

  it('refuse to be without an id, or in a group', async () => {
    await using world = await aDouble();
    expect([
      await reasonOf(world.api.sendMessageDraft(owner, 0, 'x')),
      await reasonOf(world.api.sendMessageDraft(-1001, 5, 'x')),
    ]).toEqual(['Bad Request: draft identifier must be non-zero', 'Bad Request: TEXTDRAFT_PEER_INVALID']);
  });

  it('announce themselves and their end to whoever listens', async () => {
    await using world = await aDouble();
    const heard = readEvents(`${world.url}/_double/events?after=${await lastEventOf(world)}`, 3);
    await world.api.sendMessageDraft(owner, 7, '');
    await world.clock.advance(30_000);
    expect((await heard).map(({ type }) => type)).toEqual(['hello', 'draft', 'draft_cleared']);
  });
});

const lastEventOf = async (world: Awaited<ReturnType<typeof aDouble>>): Promise<number> =>
  (await world.people<{ lastEventId: number }>('GET', '/state')).lastEventId;
