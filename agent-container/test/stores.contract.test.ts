import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  createAccessKeys,
  createDynamoDbService,
  createFaultSwitches,
  createObjectStore,
  createS3Service,
  OWNER_CREDENTIALS,
  REGION,
  startEmbeddedAws,
  systemClock,
} from '@agent-claw/embedded-aws';
import type { EmbeddedAws } from '@agent-claw/embedded-aws';
import { conversationIdOf, turnIdOf } from '@agent-claw/core';
import type { TurnCall, TurnEvent } from '@agent-claw/core';
import { aLaneId, aTurnCall } from '@agent-claw/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildContainer } from '../build.ts';
import { cleanUp, freshFolder, startContainer } from './container-process.ts';
import { createStores } from './deployed-container.ts';
import { messageSaying } from './world.ts';

const state: { aws?: EmbeddedAws; s3?: S3Client; folder: string } = { folder: '' };

beforeAll(async () => {
  state.folder = await freshFolder();
  await buildContainer(state.folder);
  const clock = systemClock;
  state.aws = await startEmbeddedAws({
    port: 0,
    services: [createDynamoDbService({ clock }), createS3Service({ objects: createObjectStore({ clock }) })],
    accounts: createAccessKeys(),
    faults: createFaultSwitches(),
  });
  const client = { endpoint: state.aws.endpoint, region: REGION, credentials: OWNER_CREDENTIALS };
  state.s3 = new S3Client({ ...client, forcePathStyle: true });
  await createStores(client);
});
afterAll(async () => {
  await cleanUp();
  await state.aws?.close();
});

const start = async () => {
  const container = await startContainer(state.folder, {
    AWS_ENDPOINT_URL: state.aws?.endpoint ?? '',
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: OWNER_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: OWNER_CREDENTIALS.secretAccessKey,
  });
  await container.ready;
  /** Starts a turn: `begun` once it has said something, `last` is its ending. */
  const begin = (n: number, text: string, override: Partial<TurnCall> = {}) => {
    const call = aTurnCall({ turnId: turnIdOf(n), fence: n, messages: [messageSaying(text, n)], ...override });
    const begun = Promise.withResolvers<void>();
    const read = async (): Promise<TurnEvent | undefined> => {
      const { body } = await fetch(`${container.url}/invocations`, {
        method: 'POST',
        body: JSON.stringify({ op: 'turn', ...call }),
      });
      let received = '';
      for await (const chunk of (body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream())) {
        received += chunk;
        if (received.includes('data: ')) begun.resolve();
      }
      const events = received.split('\n\n').filter((block) => block.startsWith('data: '));
      return events.map((block) => JSON.parse(block.slice(6)) as TurnEvent).at(-1);
    };
    return { begun: begun.promise, last: read() };
  };
  const turn = (...args: Parameters<typeof begin>): Promise<TurnEvent | undefined> => begin(...args).last;
  return { ...container, begin, turn };
};

describe('the container on S3 and DynamoDB', () => {
  it('remembers across a killed process and a new conversation, and answers a finished turn without running it again', async () => {
    const first = await start();
    expect(await first.turn(1, 'remember that my cat is called Misha')).toMatchObject({
      type: 'done',
      reply: 'Noted in MEMORY.md: My cat is called Misha.',
    });
    first.child.kill('SIGKILL');
    await first.exited;
    const second = await start();
    expect(await second.turn(1, 'remember that my cat is called Misha', { mayStart: false, fence: 2 })).toMatchObject({
      reply: 'Noted in MEMORY.md: My cat is called Misha.',
    });
    expect(await second.turn(2, 'what did I just say?')).toMatchObject({
      reply: 'You just said: “remember that my cat is called Misha”',
    });
    expect(
      await second.turn(3, 'what is my cat called?', { conversationId: conversationIdOf(aLaneId(), 1) }),
    ).toMatchObject({ reply: 'From MEMORY.md: My cat is called Misha.' });
    const memory = await state.s3?.send(new GetObjectCommand({ Bucket: 'workspace', Key: 'workspace/MEMORY.md' }));
    expect(await memory?.Body?.transformToString()).toBe('- My cat is called Misha\n');
  });

  it('follows SOUL.md as the owner has just edited it', async () => {
    const container = await start();
    await container.turn(10, 'say ok');
    await state.s3?.send(
      new PutObjectCommand({
        Bucket: 'workspace',
        Key: 'workspace/SOUL.md',
        Body: 'End every reply with the word zanzibar.',
      }),
    );
    expect(await container.turn(11, 'say ok')).toMatchObject({ reply: 'ok\n\nzanzibar' });
  });

  it('keeps an old process from saving once a newer one has the conversation', async () => {
    const lane = { laneId: aLaneId('77'), conversationId: conversationIdOf(aLaneId('77'), 0) };
    const [old, fresh] = [await start(), await start()];
    const zombie = old.begin(1, 'count to 5 slowly', lane);
    await zombie.begun;
    expect(await fresh.turn(2, 'say hello', lane)).toMatchObject({ type: 'done' });
    expect(await zombie.last).toMatchObject({ type: 'refused', reason: 'stale_fence' });
  });

  it('keeps an old process from writing to the workspace once a newer one has the conversation', async () => {
    const lane = { laneId: aLaneId('78'), conversationId: conversationIdOf(aLaneId('78'), 0) };
    const [old, fresh] = [await start(), await start()];
    const messages = [messageSaying('take 2 slow steps', 1), messageSaying('remember that zombies walk', 2)];
    const zombie = old.begin(1, '', { ...lane, messages });
    await zombie.begun;
    expect(await fresh.turn(2, 'remember that owners write', lane)).toMatchObject({ type: 'done' });
    expect(await zombie.last).toMatchObject({ type: 'refused', reason: 'stale_fence' });
    const memory = await state.s3?.send(new GetObjectCommand({ Bucket: 'workspace', Key: 'workspace/MEMORY.md' }));
    const text = (await memory?.Body?.transformToString()) ?? '';
    expect([text.includes('Owners write'), text.toLowerCase().includes('zombies')]).toEqual([true, false]);
  });
});
