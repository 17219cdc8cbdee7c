import type { LaneSettings, LaneStore, TurnEvent } from '@agent-claw/core';
import { aDone, anEntry } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../../test/leg-world.ts';
import { talkingAgent } from '../../test/talking-agent.ts';

const command = (sequence: number, name: string) =>
  anEntry(sequence, { kind: 'command', text: `/${name}`, command: { name, args: '' }, messageId: sequence });
const threeParts = aDone('x'.repeat(250));

/** What was shown, and how many milliseconds after the begin. */
const aPacedWorld = (agent: Parameters<typeof aLegWorld>[0]) => {
  const world = aLegWorld(agent);
  const startMs = world.clock.now();
  const calls: (readonly [call: string, atMs: number])[] = [];
  const at = (call: string): void => void calls.push([call, world.clock.now() - startMs]);
  const messenger: typeof world.messenger = {
    ...world.messenger,
    send: (...call) => (at('send'), world.messenger.send(...call)),
    edit: (...call) => (at('edit'), world.messenger.edit(...call)),
  };
  const begin = (lengthMs?: number) =>
    world.begin({ with: { messenger }, ...(lengthMs === undefined ? {} : { lengthMs }) });
  return { ...world, calls, begin };
};

describe('what is shown in a chat', () => {
  it('is not delayed in a short turn', async () => {
    const world = aPacedWorld([aDone('hello')]);
    await world.say(anEntry(1));
    const leg = world.begin();
    await world.clock.advance(0);
    expect([world.calls, await leg]).toEqual([[['send', 0]], { kind: 'finished', turns: 1 }]);
  });

  it('keeps its distance over the parts of an answer and over turns', async () => {
    const world = aPacedWorld([threeParts]);
    await world.say(anEntry(1), command(2, 'new'));
    const leg = world.begin();
    await world.clock.advance(10_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 2 });
    expect(world.calls.slice(0, 4)).toEqual([
      ['send', 0],
      ['send', 1_200],
      ['send', 2_400],
      ['send', 3_600],
    ]);
  });

  it('goes first when somebody waits for it; the draft comes back later', async () => {
    const world = aPacedWorld(talkingAgent(8).agent);
    await world.say(anEntry(1));
    const leg = world.begin();
    // The first word comes after a second and is shown two seconds later.
    await world.clock.advance(3_100);
    await world.say(command(2, 'whoami'), command(3, 'whoami'));
    await world.clock.advance(30_000);
    expect(await leg).toEqual({ kind: 'finished', turns: 1 });
    const gaps = world.calls.slice(1).map(([, atMs], index) => atMs - (world.calls[index]?.[1] ?? 0));
    expect(Math.min(...gaps)).toBe(1_200);
    expect(world.calls.slice(0, 4).map(([call]) => call)).toEqual(['send', 'send', 'send', 'edit']);
  });

  it('is not noted as being sent while it stands in line', async () => {
    const world = aPacedWorld([threeParts]);
    await world.say(anEntry(1));
    const leg = world.begin();
    await world.clock.advance(1_000);
    const { p0, p1 } = world.lane()?.turn?.ledger ?? {};
    expect([p0?.state, p1]).toEqual(['sent', undefined]);
    await world.clock.advance(5_000);
    await leg;
  });

  it('leaves the line when the leg ends, and the next leg sends it', async () => {
    const world = aPacedWorld([threeParts]);
    await world.say(anEntry(1));
    const leg = world.begin(2_000);
    await world.clock.advance(2_000);
    expect([await leg, world.calls]).toEqual([
      { kind: 'handed_over' },
      [
        ['send', 0],
        ['send', 1_200],
      ],
    ]);
    const next = world.begin();
    await world.clock.advance(5_000);
    expect([await next, world.shown().length]).toEqual([{ kind: 'finished', turns: 1 }, 3]);
  });

  it('leaves the line when the lease is lost', async () => {
    const world = aPacedWorld([threeParts]);
    await world.say(anEntry(1));
    // Renewals do not get through any more, so another leg takes the lane over.
    const stuck = { ...world.lanes, renew: () => Promise.resolve({ kind: 'lease_lost' } as const) };
    const leg = world.leg({ with: { lanes: stuck } });
    expect([await leg, world.shown().length]).toEqual([{ kind: 'lease_lost' }, 2]);
  });
});

describe('the line of a tool', () => {
  /** Two tools at once, one of them for 4 s and the other one for 14 s. @returns every text that the draft had. */
  const shownOf = async (settings: LaneSettings): Promise<readonly string[]> => {
    const world = aLegWorld();
    const texts: string[] = [];
    const told = (part: object): void => void texts.push((part as { readonly text: string }).text);
    const messenger: typeof world.messenger = {
      ...world.messenger,
      send: (...call) => (told(call[1]), world.messenger.send(...call)),
      edit: (...call) => (told(call[2]), world.messenger.edit(...call)),
    };
    const runtime = {
      ...world.runtime,
      async *turn(): AsyncGenerator<TurnEvent> {
        const startedAtMs = world.clock.now();
        yield { seq: 1, type: 'text', delta: 'Let me look.' };
        yield { seq: 2, type: 'tool_started', name: 'read_file', summary: 'a.md', startedAtMs };
        yield { seq: 3, type: 'tool_started', name: 'list_files', summary: '' };
        await world.clock.sleep(4_000);
        yield { seq: 4, type: 'tool_finished', name: 'list_files', ok: true };
        await world.clock.sleep(10_000);
        yield { seq: 5, type: 'tool_finished', name: 'read_file', ok: true };
        await world.clock.sleep(3_000);
        yield { seq: 6, type: 'done', reply: 'Let me look. Done.', consumed: [], ending: 'complete' };
      },
    };
    const lanes = withSettings(world.lanes, settings);
    await world.say(anEntry(1));
    expect(await world.leg({ with: { runtime, messenger, lanes } })).toEqual({ kind: 'finished', turns: 1 });
    return texts;
  };
  const withSettings = (lanes: LaneStore, settings: LaneSettings): LaneStore => ({
    ...lanes,
    acquire: async (...call) => {
      const acquired = await lanes.acquire(...call);
      return acquired.kind === 'held' ? acquired : { ...acquired, lane: { ...acquired.lane, settings } };
    },
    saveTurn: async (...call) => {
      const write = await lanes.saveTurn(...call);
      return write.kind === 'done' ? { ...write, lane: { ...write.lane, settings } } : write;
    },
    notePart: async (...call) => {
      const write = await lanes.notePart(...call);
      return write.kind === 'done' ? { ...write, lane: { ...write.lane, settings } } : write;
    },
    renew: async (...call) => {
      const write = await lanes.renew(...call);
      return write.kind === 'done' ? { ...write, lane: { ...write.lane, settings } } : write;
    },
  });

  it('stands below the text while the tool runs, says how long that is, and is not in the answer', async () => {
    expect(await shownOf({})).toEqual([
      'Let me look.\n\n_reading a.md …_\n\n_looking through the workspace …_ …',
      'Let me look.\n\n_reading a.md …_ …',
      'Let me look.\n\n_reading a.md … 10 s_ …',
      'Let me look. …',
      'Let me look. Done.',
    ]);
  });

  it('is not there when the chat does not want it', async () => {
    expect(await shownOf({ progress: false })).toEqual(['Let me look. …', 'Let me look. Done.']);
  });
});
