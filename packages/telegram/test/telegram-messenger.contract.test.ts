import type { RenderedPart } from '@agent-claw/core';
import { messengerContract } from '@agent-claw/testkit/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { aMessengerOnDouble, TOKEN } from './messenger-on-double.ts';

const opened: { readonly close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const world of opened.splice(0)) await world.close();
});
const create = async (token?: string) => {
  const world = await aMessengerOnDouble(token);
  opened.push(world);
  return world;
};
const always = () => 10_000;

describe('telegramMessenger', () => {
  messengerContract(create);

  it('does not know of a send whose connection was cut before it took effect either', async () => {
    const { messenger, chat, part, seen, fault } = await create();
    fault('sendMessage', 'reset_before');
    expect(await messenger.send(chat, part('lost'), {}, always)).toEqual({ kind: 'in_doubt' });
    expect(await seen(chat)).toEqual([]);
  });

  it.each([
    ['an error of the server', 'error'],
    ['a page of a gateway', 'html'],
  ] as const)('is in doubt after %s', async (_what, kind) => {
    const { messenger, chat, part, fault } = await create();
    fault('sendMessage', kind);
    expect(await messenger.send(chat, part('x'), {}, always)).toEqual({ kind: 'in_doubt' });
  });

  it('gives up on a silent channel when the permit ends', async () => {
    const { messenger, chat, part, seen, fault } = await create();
    fault('sendMessage', 'hang');
    expect(await messenger.send(chat, part('x'), {}, () => 40)).toEqual({ kind: 'in_doubt' });
    expect(await seen(chat)).toEqual([]);
  });

  it('sends nothing when the topic never was, and says that the chat is where to go', async () => {
    const { messenger, topic, part, seen } = await create();
    const { thread: _thread, ...alone } = topic;
    expect(await messenger.send({ ...topic, thread: '999' }, part('x'), {}, always)).toEqual({
      kind: 'moved',
      to: alone,
    });
    expect([await seen(topic), await seen(alone)]).toEqual([[], []]);
  });

  it('shows the bare text when Telegram refuses the formatting, in an edit too', async () => {
    const { messenger, chat, seen } = await create();
    const badly = (text: string) =>
      ({ text, entities: [{ type: 'bold', offset: 99, length: 4 }] }) as unknown as RenderedPart;
    const outcome = await messenger.send(chat, badly('bare'), {}, always);
    expect(outcome).toEqual({ kind: 'sent', messageId: expect.any(Number) });
    const parts = [(await seen(chat)).map(({ part }) => part)];
    const messageId = outcome.kind === 'sent' ? outcome.messageId : 0;
    expect(await messenger.edit(chat, messageId, badly('bare again'), {}, always)).toEqual({ kind: 'edited' });
    parts.push((await seen(chat)).map(({ part }) => part));
    expect(parts).toEqual([[{ text: 'bare', entities: [] }], [{ text: 'bare again', entities: [] }]]);
  });

  it('finds a text that no message can hold undeliverable', async () => {
    const { messenger, chat, part, seen } = await create();
    expect(await messenger.send(chat, part('x'.repeat(5_000)), {}, always)).toEqual({
      kind: 'undeliverable',
      reason: expect.stringContaining('too long'),
    });
    expect(await seen(chat)).toEqual([]);
  });

  it('asks to wait for a better token when Telegram finds no bot at its address', async () => {
    const { messenger, chat, part, seen, fault } = await create();
    fault('sendMessage', 'error', { status: 404, description: 'Not Found', times: 2 });
    expect(await messenger.send(chat, part('x'), {}, always)).toEqual({ kind: 'wait', retryAfterMs: 60_000 });
    expect(await seen(chat)).toEqual([]);
  });

  it.each([
    ['one that nobody knows', '7000002:a-token-nobody-knows'],
    ['a malformed one', 'not-a-token-at-all'],
  ])('asks to wait for a better token when it has %s', async (_what, token) => {
    const { messenger, chat, part, seen } = await create(token);
    expect(await messenger.send(chat, part('x'), {}, always)).toEqual({ kind: 'wait', retryAfterMs: 60_000 });
    expect(await seen(chat)).toEqual([]);
  });

  it('shows the token in no outcome and no log line, and the text in no log line, whatever goes wrong', async () => {
    const { messenger, chat, part, fault, log, goOffline } = await create();
    const send = () => messenger.send(chat, part('what people say'), {}, always);
    const outcomes: unknown[] = [];
    for (const kind of ['flood', 'error', 'html', 'reset_before', 'reset_after'] as const) {
      fault('*', kind);
      outcomes.push(await send());
      fault('*', kind);
      outcomes.push(await messenger.edit(chat, 1, part('what people say, edited'), {}, always));
    }
    await goOffline();
    outcomes.push(await send());
    expect([outcomes.length, log.lines.length]).toEqual([11, 11]);
    const told = JSON.stringify({ outcomes, lines: log.lines });
    expect([told.includes(TOKEN.split(':')[1] ?? ''), told.includes('what people say')]).toEqual([false, false]);
  });
});
