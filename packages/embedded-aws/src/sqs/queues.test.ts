import { describe, expect, it } from 'vitest';
import { manualClock } from '../clock.ts';
import { createQueues } from './queues.ts';

const aQueue = (attributes: Record<string, string> = {}) => {
  const clock = manualClock();
  const queues = createQueues({ clock });
  queues.create('q', attributes);
  const bodies = async (options: Parameters<typeof queues.receive>[1] = {}) =>
    (await queues.receive('q', { maxMessages: 10, ...options })).map(({ body }) => body);
  return { clock, queues, bodies };
};

describe('queues', () => {
  it('show a message again once its visibility has run out, and a delayed one once it is due', async () => {
    const { clock, queues, bodies } = aQueue({ VisibilityTimeout: '30' });
    queues.send('q', { body: 'now' });
    queues.send('q', { body: 'later', delayS: 40 });
    expect(await bodies()).toEqual(['now']);
    await clock.advance(29_999);
    expect(await bodies()).toEqual([]);
    await clock.advance(1);
    expect(await bodies()).toEqual(['now']);
    await clock.advance(10_000);
    expect(await bodies()).toEqual(['later']);
  });

  it('answer a long poll when a hidden message comes back, and empty at its end', async () => {
    const { clock, queues, bodies } = aQueue({ VisibilityTimeout: '5' });
    queues.send('q', { body: 'one' });
    await bodies();
    const polled = bodies({ waitS: 20 });
    await clock.advance(5_000);
    expect(await polled).toEqual(['one']);
    queues.purge('q');
    const empty = bodies({ waitS: 20 });
    await clock.advance(20_000);
    expect(await empty).toEqual([]);
  });

  it('take no message for a caller that is gone', async () => {
    const { queues, bodies } = aQueue();
    const gone = new AbortController();
    const polled = bodies({ waitS: 20, signal: gone.signal });
    gone.abort();
    expect(await polled).toEqual([]);
    queues.send('q', { body: 'kept' });
    expect(await bodies()).toEqual(['kept']);
  });

  it('delete with the newest receipt only', async () => {
    const { clock, queues, bodies } = aQueue({ VisibilityTimeout: '1' });
    queues.send('q', { body: 'one' });
    const [old] = await queues.receive('q');
    await clock.advance(1_000);
    const [fresh] = await queues.receive('q');
    queues.delete('q', old?.receiptHandle ?? '');
    await clock.advance(1_000);
    expect(await bodies()).toEqual(['one']);
    queues.delete('q', fresh?.receiptHandle ?? '');
    expect(queues.attributes('q')['ApproximateNumberOfMessagesNotVisible']).toBe('1');
  });

  it('let messages go when their retention is over', async () => {
    const { clock, queues, bodies } = aQueue({ MessageRetentionPeriod: '60' });
    queues.send('q', { body: 'old' });
    await clock.advance(60_001);
    expect(await bodies()).toEqual([]);
  });

  it('refuse to be made again with other attributes', () => {
    const { queues } = aQueue({ VisibilityTimeout: '30' });
    queues.create('q', { VisibilityTimeout: '30' });
    expect(() => queues.create('q', { VisibilityTimeout: '31' })).toThrow(/different value/);
  });
});
