import { describe, expect, it } from 'vitest';
import { RetryableError } from '@agent-claw/core';
import type {
  AgentRuntime,
  Clock,
  InboxEntry,
  LaneStore,
  LedgerPart,
  RenderedPart,
  ReplyRenderer,
  TurnEvent,
} from '@agent-claw/core';
import {
  aLaneId,
  anEntry,
  aTurn,
  manualClock,
  memoryLanes,
  memoryMedia,
  memoryWorkspaceStore,
  memoryWakeQueue,
  recordingLog,
  recordingMessenger,
} from '@agent-claw/testkit';
import { aLegWorld, LIMITS } from '../../test/leg-world.ts';
import { talkingAgent } from '../../test/talking-agent.ts';
import { chatPaces } from '../delivery/pace.ts';
import { createRunLeg } from '../run-leg.ts';
import type { LegOutcome } from '../run-leg.ts';

const LANE = aLaneId();
const renderer: ReplyRenderer = {
  final: (markdown) => [{ text: markdown } as unknown as RenderedPart],
  preview: (markdown) => ({ text: markdown }) as unknown as RenderedPart,
  document: (document, caption) => ({ text: caption, document }) as unknown as RenderedPart,
  files: (files) => [{ text: '', files } as unknown as RenderedPart],
};

/** An agent that takes its time: one word a second, until it is done or told to stop. */
const slowAgent = (clock: Clock, words: number) => {
  const said = { steered: [] as string[], stopped: false };
  const runtime: AgentRuntime = {
    async *turn(_session, call, signal): AsyncIterable<TurnEvent> {
      for (let seq = 1; seq <= words && !said.stopped; seq += 1) {
        await clock.sleep(1_000, signal);
        if (signal.aborted) return;
        yield { seq, type: 'text', delta: `w${seq} ` };
      }
      const reply = said.stopped ? 'partial' : ['done', ...said.steered].join(' ');
      const consumed = [...call.messages.map(({ id }) => id), ...(said.steered as never[])];
      yield { seq: 1_000, type: 'done', reply, consumed, ending: said.stopped ? 'stopped' : 'complete' };
    },
    steer: async (_session, { messages }) => {
      said.steered.push(...messages.map(({ id }) => id));
      return true;
    },
    stop: async () => {
      said.stopped = true;
      return true;
    },
    endSession: async () => undefined,
  };
  return runtime;
};

const aWorld = (words: number) => {
  const clock = manualClock();
  const { mailbox, lanes, peek } = memoryLanes();
  const messenger = recordingMessenger();
  const wakes = memoryWakeQueue();
  const log = recordingLog();
  const run = createRunLeg({
    lanes,
    wakes,
    runtime: slowAgent(clock, words),
    media: memoryMedia(),
    messenger,
    paces: chatPaces(clock),
    renderer,
    clock,
    log,
    metrics: { count: () => undefined },
    access: async () => ({ ownerId: '4242001', guests: {}, groups: {} }),
    accessDesk: async () => ({ markdown: '' }),
    openFiles: async () => memoryWorkspaceStore(),
    version: '1.2.3',
    newNonce: () => 'n',
    runtimeEpoch: 'e1',
    botId: '7000',
    limits: LIMITS,
  });
  const say = (entry: InboxEntry) => mailbox.append({ laneId: LANE, entry, nowMs: clock.now() });
  const leg = (lengthMs = 240_000): Promise<LegOutcome> =>
    run(
      { laneId: LANE, wakeId: 'w1', invocationId: String(clock.now()), endsAtMs: clock.now() + lengthMs },
      { hideFor: async () => undefined },
    );
  const shown = () =>
    messenger.shown().map(({ part, silent }) => ({ text: (part as unknown as { text: string }).text, silent }));
  return { clock, say, leg, shown, messenger, peek, wakes, log };
};

describe('a draft', () => {
  const withPlaceholder = async (ledger: Readonly<Record<string, LedgerPart>>, lanes = (store: LaneStore) => store) => {
    const slowly = talkingAgent(6).agent;
    const world = aLegWorld(slowly, lanes);
    const to = { channel: 'tg', account: '7000', place: '4242001' };
    await world.messenger.send(to, { text: 'all said' } as never, {}, () => 1);
    await world.say(anEntry(1));
    if (Object.keys(ledger).length > 0) await world.crashed(aTurn({ startedAtMs: world.clock.now(), ledger }), 'e1-s');
    return world;
  };

  /** The store forgets so many notes of message ids, each of the part named. */
  const losing =
    (...parts: readonly string[]) =>
    (store: LaneStore): LaneStore => {
      const left = [...parts];
      return {
        ...store,
        notePart: (lease, part, state) => {
          if (state.messageId === undefined || left[0] !== part) return store.notePart(lease, part, state);
          left.shift();
          return Promise.reject(new RetryableError(`Part ${part} was not written.`));
        },
      };
    };

  it('is not drawn again over an answer that an earlier leg has begun', async () => {
    const world = await withPlaceholder({
      draft: { state: 'sent', messageId: 101 },
      p0: { state: 'sent', messageId: 101 },
    });
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), edits: world.messenger.shown().map(({ edits }) => edits) }).toEqual({
      shown: ['all said'],
      edits: [0],
    });
  });

  it('is removed although the channel does not confirm it at once', async () => {
    const world = await withPlaceholder({
      draft: { state: 'sent', messageId: 101 },
      p0: { state: 'sent', messageId: 102 },
    });
    for (const _ of [1, 2]) world.messenger.answerRemove({ kind: 'failed' });
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect({ shown: world.shown(), logged: world.log.lines.map(({ event }) => event) }).toEqual({
      shown: [],
      logged: [],
    });
  });

  it('is found again although the note of its id was not confirmed', async () => {
    const world = await withPlaceholder({}, losing('draft'));
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    // The first message is not of this turn.
    expect(world.shown().slice(1)).toEqual(['all said']);
  });

  it('whose id is not stored becomes no answer: the next leg would send that answer again', async () => {
    const world = await withPlaceholder({}, losing('draft', 'draft'));
    await expect(world.leg()).rejects.toThrow('was not written');
    expect(world.shown().slice(1)).toEqual([expect.stringMatching(/^w1/u)]);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
  });

  it('is removed by the next leg when the time is up between the answer and its removal', async () => {
    const world = aLegWorld(talkingAgent(23).agent);
    await world.say(anEntry(1));
    const slow = {
      ...world.messenger,
      send: async (...call: Parameters<typeof world.messenger.send>) => {
        const outcome = await world.messenger.send(...call);
        if (call[2].silent !== true) await world.clock.sleep(5_000);
        return outcome;
      },
    };
    expect(await world.leg({ lengthMs: 25_000, with: { messenger: slow } })).toEqual({ kind: 'handed_over' });
    expect(world.shown()).toEqual([expect.stringMatching(/^w1/u), 'all said']);
    expect(await world.leg()).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual(['all said']);
  });
});

describe('a turn that takes a while', () => {
  it('shows a silent placeholder that grows, and turns it into the answer', async () => {
    const world = aWorld(8);
    await world.say(anEntry(1));
    const leg = world.leg();
    await world.clock.advance(3_500);
    expect(world.shown()).toEqual([{ text: 'w1 w2  …', silent: true }]);
    await world.clock.advance(3_000);
    expect(world.shown()[0]?.text).toMatch(/^w1 w2 w3 w4 w5/u);
    await world.clock.advance(5_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown()).toEqual([{ text: 'done', silent: true }]);
  });

  it('never edits faster than Telegram takes it, and types on', async () => {
    const world = aWorld(15);
    await world.say(anEntry(1));
    const leg = world.leg();
    await world.clock.advance(20_000);
    await leg;
    const { edits } = world.messenger.shown()[0] ?? { edits: 0 };
    expect(edits).toBeLessThanOrEqual(Math.ceil(15_000 / 1_200));
    expect(world.messenger.calls.filter((call) => call === 'typing').length).toBeGreaterThanOrEqual(3);
  });

  it('ends a long turn with a fresh message that rings, and removes the placeholder', async () => {
    const world = aWorld(25);
    await world.say(anEntry(1));
    const leg = world.leg();
    await world.clock.advance(40_000);
    await leg;
    expect(world.shown()).toEqual([{ text: 'done', silent: false }]);
  });

  it('passes on what is said meanwhile, and one reply answers both', async () => {
    const world = aWorld(8);
    await world.say(anEntry(1));
    const leg = world.leg();
    await world.clock.advance(2_500);
    await world.say(anEntry(2));
    await world.clock.advance(15_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown().map(({ text }) => text)).toEqual(['done u2']);
    expect(world.peek(LANE)?.inbox).toEqual({});
  });

  it('stops within three seconds, keeps what there is, and answers the stop with it', async () => {
    const world = aWorld(60);
    await world.say(anEntry(1));
    const leg = world.leg();
    await world.clock.advance(5_000);
    await world.say(anEntry(2, { kind: 'stop' }));
    await world.clock.advance(3_500);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    expect(world.shown().map(({ text }) => text)).toEqual(['partial\n\n⏹ _Stopped._']);
    expect(world.peek(LANE)?.inbox).toEqual({});
  });

  it('hands over when its time is up: released first, then rung', async () => {
    const world = aWorld(200);
    await world.say(anEntry(1));
    const leg = world.leg(10_000);
    await world.clock.advance(12_000);
    expect(await leg).toEqual({ kind: 'handed_over' });
    const { lease, turn } = world.peek(LANE) ?? {};
    expect({ lease, turn: turn?.id, rung: (await world.wakes.take()).map(({ laneId }) => laneId) }).toEqual({
      lease: undefined,
      turn: 't0000000001',
      rung: [LANE],
    });
  });
});
