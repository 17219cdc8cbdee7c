import { describe, expect, it } from 'vitest';
import { createManualClock } from '../manual-clock.ts';
import { openJournal } from '../world/journal.ts';
import { openUpdateQueue } from './update-queue.ts';
import { createWebhookSender } from './webhook-sender.ts';
import { noWebhook, type WebhookState } from './webhook-state.ts';

const aSender = (
  answer: (updateId: number, attempt: number) => Response,
  answered: () => Promise<void> = async () => undefined,
) => {
  const clock = createManualClock(0);
  const ids = [1, 2, 3, 4, 5][Symbol.iterator]();
  const queue = openUpdateQueue(openJournal(), clock, 7, () => ids.next().value ?? 99);
  const states: WebhookState[] = [{ ...noWebhook, url: 'http://127.0.0.1:1/' }];
  const posts: string[] = [];
  const sender = createWebhookSender({
    clock,
    queue,
    log: { info: () => undefined },
    random: () => 0.5,
    state: () => states.at(-1) ?? noWebhook,
    change: (state) => states.push(state),
    answered,
    delivered: () => undefined,
    fetch: async (_url, init) => {
      const { update_id: id } = JSON.parse(init?.body as string) as { update_id: number };
      posts.push(`${id}@${clock.now() / 1000}`);
      return answer(id, posts.filter((post) => post.startsWith(`${id}@`)).length);
    },
  });
  queue.onAdd(sender.pump);
  return { clock, queue, sender, posts, state: () => states.at(-1) };
};

/** A webhook that answers only when told to, all open requests at once. */
const aSlowSender = () => {
  const clock = createManualClock(0);
  const ids = [1, 2, 3, 4, 5][Symbol.iterator]();
  const queue = openUpdateQueue(openJournal(), clock, 7, () => ids.next().value ?? 99);
  const states: WebhookState[] = [{ ...noWebhook, url: 'http://127.0.0.1:1/' }];
  const open = new Set<(response: Response) => void>();
  const sender = createWebhookSender({
    clock,
    queue,
    log: { info: () => undefined },
    random: () => 0.5,
    state: () => states.at(-1) ?? noWebhook,
    change: (state) => states.push(state),
    answered: async () => undefined,
    delivered: () => undefined,
    fetch: (_url, init) =>
      new Promise((resolve, reject) => {
        open.add(resolve);
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  });
  queue.onAdd(sender.pump);
  return {
    clock,
    queue,
    sender,
    state: () => states.at(-1),
    setState: (change: Partial<WebhookState>) => states.push({ ...noWebhook, ...states.at(-1), ...change }),
    release: (status: number) => {
      const waiting = [...open];
      open.clear();
      for (const answer of waiting) answer(new Response(null, { status }));
    },
  };
};

describe('webhook-sender', () => {
  it('holds a chat behind its failing head, lets other chats pass, and retries at once, then after 2 and 4 s', async () => {
    const { clock, queue, posts, state } = aSender(
      (id, attempt) => new Response(null, { status: id === 1 && attempt < 4 ? 500 : 200 }),
    );
    queue.add('chat:1', 86_400, {});
    queue.add('chat:1', 86_400, {});
    queue.add('chat:2', 86_400, {});
    await clock.advance(10_000);
    expect({ posts, pending: queue.pending().length, error: state()?.lastErrorMessage }).toEqual({
      posts: ['1@0', '3@0', '1@0', '1@2', '1@6', '2@6'],
      pending: 0,
      error: 'Wrong response from the webhook: 500',
    });
  });

  it('waits as long as Retry-After says', async () => {
    const { clock, queue, posts } = aSender((_id, attempt) =>
      attempt === 1 ? new Response(null, { status: 503, headers: { 'retry-after': '30' } }) : new Response(null),
    );
    queue.add('chat:1', 86_400, {});
    await clock.advance(31_000);
    expect(posts).toEqual(['1@0', '1@30']);
  });

  it('gives an update up when it expires', async () => {
    const { clock, queue, posts } = aSender(() => new Response(null, { status: 500 }));
    queue.add('user:1', 150, {});
    await clock.advance(600_000);
    expect({ posts, pending: queue.pending() }).toEqual({
      posts: ['1@0', '1@0', '1@2', '1@6', '1@14', '1@30', '1@62'],
      pending: [],
    });
  });

  it('removes a webhook that has said 410 for 23 hours without a pause', async () => {
    const hourMs = 3_600_000;
    const steady = aSender(() => new Response(null, { status: 410 }));
    steady.queue.add('chat:1', 86_400, {});
    await steady.clock.advance(22 * hourMs);
    const before = steady.state()?.url;
    await steady.clock.advance(1.1 * hourMs);
    expect([before, steady.state()?.url]).toEqual(['http://127.0.0.1:1/', '']);
  });

  it('counts 410 anew after a success', async () => {
    const hourMs = 3_600_000;
    const { clock, queue, state } = aSender((id) => new Response(null, { status: id === 2 ? 200 : 410 }));
    queue.add('chat:1', 86_400, {});
    await clock.advance(20 * hourMs);
    queue.add('chat:2', 86_400, {});
    await clock.advance(60_000);
    queue.add('chat:1', 86_400, {});
    await clock.advance(4 * hourMs);
    expect(state()?.url).toEqual('http://127.0.0.1:1/');
  });

  it('opens no more connections than the bot allows, and one while nothing succeeds', async () => {
    const { clock, queue, sender, release, setState } = aSlowSender();
    setState({ maxConnections: 2 });
    for (const chat of [1, 2, 3]) queue.add(`chat:${chat}`, 86_400, {});
    const allowed = sender.inFlight();
    release(500);
    await clock.advance(0);
    release(500);
    await clock.advance(20_000);
    release(500);
    await clock.advance(0);
    expect([allowed, sender.inFlight().length]).toEqual([[1, 2], 1]);
  });

  it('gives an answer up after 60 seconds', async () => {
    const { clock, queue, state } = aSlowSender();
    queue.add('chat:1', 86_400, {});
    await clock.advance(60_000);
    expect(state()?.lastErrorMessage).toEqual('Read timeout expired');
  });

  it('takes an update as delivered even when the method in the answer breaks', async () => {
    const { clock, queue, posts } = aSender(
      () => new Response('{"method":"x"}'),
      async () => {
        throw new Error('broken');
      },
    );
    queue.add('chat:1', 86_400, {});
    await clock.advance(10_000);
    expect([posts, queue.pending()]).toEqual([['1@0'], []]);
  });
});
