import { describe, expect, it } from 'vitest';
import type { Fault } from '../src/index.ts';
import { aDouble, group, owner, token } from './double-under-test.ts';

type World = Awaited<ReturnType<typeof aDouble>>;

/** A call as a plain client sees it: the answer, or that there was none. */
const call = async (world: World, text: string): Promise<string> => {
  const url = `${world.url}/bot${token}/sendMessage?chat_id=${owner}&text=${text}`;
  try {
    const response = await fetch(url);
    return `${response.status} ${response.headers.get('content-type')}`;
  } catch {
    return 'no answer';
  }
};
const arrived = async (world: World) => (await world.history(owner)).messages.map(({ text }) => text);
const arm = (world: World, fault: Omit<Fault, 'method'> & { method?: string }) =>
  world.people('POST', '/faults', { method: 'sendMessage', ...fault });

describe('faults', () => {
  it('answer with an error, as JSON or as a gateway does', async () => {
    await using world = await aDouble();
    await arm(world, { kind: 'error', status: 500 });
    await arm(world, { kind: 'html' });
    expect([
      await call(world, 'one'),
      await call(world, 'two'),
      await call(world, 'three'),
      await arrived(world),
    ]).toEqual(['500 application/json', '502 text/html', '200 application/json', ['three']]);
  });

  it('drop the connection before the call took effect, or after', async () => {
    await using world = await aDouble();
    await arm(world, { kind: 'reset_before' });
    await arm(world, { kind: 'reset_after' });
    expect([await call(world, 'lost'), await call(world, 'kept'), await arrived(world)]).toEqual([
      'no answer',
      'no answer',
      ['kept'],
    ]);
  });

  it('hang until the client leaves, and nothing happens', async () => {
    await using world = await aDouble();
    await arm(world, { kind: 'hang' });
    const leaving = new AbortController();
    const url = `${world.url}/bot${token}/sendMessage?chat_id=${owner}&text=never`;
    const hanging = fetch(url, { signal: leaving.signal }).catch(() => 'left');
    await expect.poll(async () => (await world.people<{ faults: [] }>('GET', '/faults')).faults).toEqual([]);
    leaving.abort();
    await expect.poll(() => world.double.requests().map(({ outcome }) => outcome.fault)).toEqual(['hang']);
    expect([await hanging, await arrived(world)]).toEqual(['left', []]);
  });

  it('slow a call down', async () => {
    await using world = await aDouble();
    await arm(world, { kind: 'slow', delayMs: 7_000 });
    const slow = call(world, 'late');
    await expect.poll(() => world.sleepsBegun(7_000)).toEqual(1);
    const before = await arrived(world);
    await world.clock.advance(7_000);
    expect([before, await slow, await arrived(world)]).toEqual([[], '200 application/json', ['late']]);
  });

  it('cut a download short', async () => {
    await using world = await aDouble();
    const form = new FormData();
    form.append('file', new File(['0123456789'], 'a.txt', { type: 'text/plain' }));
    await world.people('POST', `/chats/${owner}/messages`, form);
    const [update] = await world.api.getUpdates();
    const { file_path } = await world.api.getFile(update?.message?.document?.file_id ?? '');
    await arm(world, { method: 'download', kind: 'truncate' });
    const load = () =>
      fetch(`${world.url}/file/bot${token}/${file_path}`).then(
        (response) => response.text(),
        () => 'cut',
      );
    expect([await load().catch(() => 'cut'), await load()]).toEqual(['cut', '0123456789']);
  });

  it('wait for their turn, their method and their chat', async () => {
    await using world = await aDouble();
    await arm(world, { kind: 'error', skip: 1, times: 2 });
    await arm(world, { method: '*', kind: 'error', chatId: String(group) });
    const inGroup = await fetch(`${world.url}/bot${token}/getChat?chat_id=${group}`);
    const statuses = [];
    for (const text of ['one', 'two', 'three', 'four']) statuses.push((await call(world, text)).slice(0, 3));
    expect([inGroup.status, statuses]).toEqual([500, ['200', '500', '500', '200']]);
  });
});

describe('updates on demand', () => {
  it('come raw, again, and late', async () => {
    await using world = await aDouble();
    const seen: number[] = [];
    await using hooked = await aDouble({
      webhookFetch: async (_url, init) => {
        seen.push((JSON.parse(init?.body as string) as { update_id: number }).update_id);
        return new Response(null);
      },
    });
    await hooked.api.setWebhook('http://127.0.0.1:9/');
    const { updateIds } = await hooked.people<{ updateIds: number[] }>('POST', '/updates', {
      update: { guest_message: {} },
    });
    await expect.poll(() => seen).toEqual(updateIds);
    await hooked.people('POST', `/updates/${updateIds[0]}/again`, { delayMs: 5_000 });
    const before = [...seen];
    await hooked.clock.advance(5_000);
    await expect.poll(() => seen).toEqual([updateIds[0], updateIds[0]]);
    expect([before, await world.people('POST', '/updates/1/again', {})]).toEqual([
      updateIds,
      { error: 'Update 1 is not among the last delivered ones.' },
    ]);
  });
});

describe('rate limits', () => {
  it('answer 429 with the time to wait, and say in the record which limit it was', async () => {
    await using world = await aDouble();
    const outcomes = [];
    for (const text of ['1', '2', '3', '4', '5', '6']) outcomes.push((await call(world, text)).slice(0, 3));
    const refused = world.double.requests().filter(({ outcome }) => outcome.limit !== undefined);
    await world.clock.advance(1_000);
    expect([outcomes, refused.map(({ outcome }) => outcome), (await call(world, '7')).slice(0, 3)]).toEqual([
      ['200', '200', '200', '200', '200', '429'],
      [{ status: 429, description: 'Too Many Requests: retry after 1', limit: 'private' }],
      '200',
    ]);
  });

  it('never meet a bot that edits every 1.2 s and ends with a few parts', async () => {
    await using world = await aDouble();
    const { message_id } = await world.api.sendMessage(owner, '0');
    for (let n = 1; n <= 40; n += 1) {
      await world.clock.advance(1_200);
      await world.api.editMessageText(owner, message_id, String(n));
    }
    for (const part of ['two', 'three', 'four']) await world.api.sendMessage(owner, part);
    expect(world.double.requests().filter(({ outcome }) => outcome.status !== 200)).toEqual([]);
  });

  it('can be switched off', async () => {
    await using world = await aDouble({ rateLimits: false });
    for (let n = 0; n < 20; n += 1) await world.api.sendMessage(owner, String(n));
    expect((await arrived(world)).length).toEqual(20);
  });
});
