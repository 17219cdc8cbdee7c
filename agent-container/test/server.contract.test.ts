import { request } from 'node:http';
import { turnIdOf } from '@agent-claw/core';
import type { Transcriber, TurnEvent } from '@agent-claw/core';
import { aTurnCall, manualClock } from '@agent-claw/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { createContainerServer } from '../src/server.ts';
import type { ContainerServer } from '../src/server.ts';
import { aWorld, messageSaying, scriptedModel, silentLog } from './world.ts';
import type { World } from './world.ts';

const open: ContainerServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close(0);
});

const transcriber: Transcriber = {
  hear: async ({ key }) => ({ kind: 'heard', text: `words of ${key}` }),
};

const serve = async (world: World, clock = world.clock) => {
  const server = createContainerServer({ table: world.table, transcriber, clock, log: silentLog });
  open.push(server);
  const port = await server.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const post = (body: unknown) =>
    fetch(`${url}/invocations`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
  return { server, url, port, post };
};

const turnBody = (override: Parameters<typeof aTurnCall>[0] = {}) => ({ op: 'turn', ...aTurnCall(override) });
const eventsIn = (text: string): readonly TurnEvent[] =>
  text.split('\n\n').flatMap((block) => (block.startsWith('data: ') ? [JSON.parse(block.slice(6)) as TurnEvent] : []));

/** A model that says one word and goes on when it is told to. */
const heldModel = () => {
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { model } = scriptedModel(() => ({
    text: 'One two',
    meanwhile: () => {
      begun.resolve();
      return held.promise;
    },
  }));
  return { model, begun: begun.promise, release: () => held.resolve() };
};

describe('the container server', () => {
  it('streams a turn as server-sent events with growing numbers', async () => {
    const { post } = await serve(aWorld());
    const response = await post(turnBody({ messages: [messageSaying('say hello')] }));
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const events = eventsIn(await response.text());
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ type: 'done', reply: expect.stringContaining('hello'), ending: 'complete' });
  });

  it('keeps an idle connection for longer than a caller does', async () => {
    const { url } = await serve(aWorld());
    const { headers } = await fetch(`${url}/ping`);
    expect([headers.get('connection'), headers.get('keep-alive')]).toEqual(['keep-alive', 'timeout=65']);
  });

  it('answers steer, stop and warm with JSON', async () => {
    const { post } = await serve(aWorld());
    const ids = { laneId: 'tg:1:2', turnId: turnIdOf(1), fence: 1 };
    const answers = await Promise.all(
      [{ op: 'warm' }, { op: 'stop', ...ids }, { op: 'steer', ...ids, messages: [messageSaying('x')] }].map(
        async (body) => (await post(body)).json(),
      ),
    );
    expect(answers).toEqual([{ accepted: true }, { accepted: false }, { accepted: false }]);
  });

  it('refuses what is no runtime request, with a reason', async () => {
    const { post, url } = await serve(aWorld());
    const statuses = await Promise.all([
      post('not json'),
      post({ op: 'fly' }),
      post({ ...turnBody(), extra: 1 }),
      post('x'.repeat(10 * 1024 * 1024 + 1)),
      fetch(`${url}/invocations`),
      fetch(`${url}/ping`, { method: 'POST' }),
      fetch(`${url}/other`),
    ]);
    expect(statuses.map((response) => response.status)).toEqual([400, 400, 400, 413, 405, 405, 404]);
  });

  it('is HealthyBusy while a turn runs, also when its reader has gone, and the turn goes on', async () => {
    const held = heldModel();
    const { url, port, post } = await serve(aWorld({ model: held.model }));
    const ping = async () =>
      (await (await fetch(`${url}/ping`)).json()) as { status: string; time_of_last_update?: number };
    expect(await ping()).toEqual({ status: 'Healthy' });
    const reader = request({ port, host: '127.0.0.1', path: '/invocations', method: 'POST' });
    reader.on('error', () => undefined);
    reader.end(JSON.stringify(turnBody()));
    await held.begun;
    reader.destroy();
    expect(await ping()).toEqual({ status: 'HealthyBusy', time_of_last_update: expect.any(Number) });
    held.release();
    const again = eventsIn(await (await post(turnBody({ mayStart: false }))).text());
    expect(again.at(-1)).toMatchObject({ type: 'done', reply: 'One two' });
    expect((await ping()).status).toBe('Healthy');
  });

  it('sends a comment after 15 silent seconds', async () => {
    const held = heldModel();
    const clock = manualClock();
    const { port } = await serve(aWorld({ model: held.model, clock }), clock);
    const comment = Promise.withResolvers<string>();
    const reader = request({ port, host: '127.0.0.1', path: '/invocations', method: 'POST' }, (response) => {
      response.on('error', () => undefined);
      response.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\n')) if (line.startsWith(':')) comment.resolve(line);
      });
    });
    reader.on('error', () => undefined);
    reader.end(JSON.stringify(turnBody()));
    await held.begun;
    await clock.advance(15_000);
    expect(await comment.promise).toBe(': still working');
    reader.destroy();
    held.release();
    await clock.advance(60_000);
  });

  it('takes no new turn while it shuts down, and lets a running one end', async () => {
    const held = heldModel();
    const clock = manualClock();
    const { server, post } = await serve(aWorld({ model: held.model, clock }), clock);
    open.splice(0);
    const running = post(turnBody());
    await held.begun;
    const closing = server.close(8_000);
    held.release();
    await clock.advance(100);
    expect(eventsIn(await (await running).text()).at(-1)).toMatchObject({ type: 'done', reply: 'One two' });
    await clock.advance(2_000);
    await closing;
    await expect(post(turnBody())).rejects.toThrow('fetch failed');
  });
});
