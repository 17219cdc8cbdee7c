import { MAX_GUESTS, openPairing } from '@agent-claw/core';
import type { AccessRecord, EntryId } from '@agent-claw/core';
import { aLaneId, anEntry } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { aLegWorld } from '../../test/leg-world.ts';
import { aPress, buttonsIn } from '../../test/pressing.ts';

const NOW_MS = 1_790_000_000_000;
const HOME = { title: 'Home', sinceMs: NOW_MS, activation: 'mention' as const };
const RECORD: Partial<AccessRecord> = {
  guests: { '5': { name: 'Bo_b', sinceMs: NOW_MS }, '6': { name: '', sinceMs: NOW_MS } },
  groups: { '-1005': { ...HOME, activation: 'always' } },
  pairing: {
    ...openPairing({ guests: {}, groups: {} }, 'ABCD2345', NOW_MS).outcome,
    pending: { '7': { name: 'Eve', askedAtMs: NOW_MS, entryId: 'u9' } },
  },
};
const OWNER = '**Owner:** `4242001`, as the deployment says';
const HINT = '/pair makes a code for somebody new.';

type World = ReturnType<typeof aLegWorld>;
const aCommand = (sequence: number, name: string, args = '') =>
  anEntry(sequence, { kind: 'command', text: `/${name} ${args}`, command: { name, args } });

/** The list stands in the owner's chat. */
const listed = async (record: Partial<AccessRecord> = RECORD): Promise<World> => {
  const world = aLegWorld([], undefined, { record, partChars: 3_500 });
  await world.say(aCommand(1, 'access'));
  await world.leg();
  return world;
};
/** Presses one button after the other in the one message. */
const press = async (world: World, ...labels: readonly string[]): Promise<void> => {
  for (const label of labels) {
    const sequence = 10 + world.messenger.calls.length;
    await world.say(aPress(world, sequence, label));
    await world.leg({ wakeId: `w${sequence}` });
  }
};
const shown = (world: World) => ({ shown: world.shown(), labels: buttonsIn(world).labels });

describe('/access', () => {
  it('lists the owner, guests, who waits, and groups, with a button beside each', async () => {
    expect(shown(await listed())).toEqual({
      shown: [
        [
          OWNER,
          '**Guests:**\n• `Bo_b` (id `5`) since 2026-09-21\n• `6` since 2026-09-21',
          '**Waiting for your word:**\n• `Eve` (id `7`)',
          '**Groups:**\n• `Home` (id `-1005`) since 2026-09-21, always active',
          HINT,
        ].join('\n\n'),
      ],
      labels: ['Revoke Bo_b', 'Revoke 6', 'Let in Eve', 'No', 'Leave Home'],
    });
  });

  it('takes access away after a second question, and goes on from there in the same message', async () => {
    const world = await listed();
    await press(world, 'Revoke Bo_b');
    expect(shown(world)).toEqual({
      shown: ['Revoke `Bo_b` (id `5`)? What I still owe them is dropped.'],
      labels: ['Yes, revoke', 'No'],
    });
    await press(world, 'No', 'Revoke Bo_b', 'Yes, revoke');
    expect(world.shown()).toHaveLength(1);
    expect(world.shown()[0]).toMatch(/^🚫 `Bo_b` \(id `5`\) can no longer talk to me\.\n\n\*\*Owner:\*\*/u);
    expect(buttonsIn(world).labels).toEqual(['Revoke 6', 'Let in Eve', 'No', 'Leave Home']);
    expect(Object.keys(world.access.peek().guests)).toEqual(['6']);
    expect(Object.values(world.peek(aLaneId('5'))?.inbox ?? {}).map(({ kind }) => kind)).toEqual(['stop']);
  });

  it('revokes once, however often Yes is pressed, and tells of somebody who has gone meanwhile', async () => {
    const world = await listed();
    await press(world, 'Revoke Bo_b');
    const yes = aPress(world, 30, 'Yes, revoke');
    await world.say(yes, { ...yes, id: 'u31' as EntryId, sequence: 31 });
    await world.leg({ wakeId: 'w30' });
    expect(Object.values(world.peek(aLaneId('5'))?.inbox ?? {})).toHaveLength(1);
    const again = await listed();
    await press(again, 'Revoke Bo_b');
    await again.say(aCommand(29, 'revoke_5'));
    await again.leg({ wakeId: 'w29' });
    await press(again, 'Yes, revoke');
    expect(again.shown()[0]).toContain('`5` is no guest of mine.\n\n');
  });

  it('lets in and sends away who waits, and leaves a group', async () => {
    const world = await listed();
    await press(world, 'Let in Eve', 'Leave Home');
    expect(world.shown()[0]).toBe('Leave the group `Home` (id `-1005`)? Only somebody there can bring me back.');
    await press(world, 'Yes, leave');
    expect(shown(world).labels).toEqual(['Revoke Bo_b', 'Revoke 6', 'Revoke Eve']);
    expect([world.messenger.left, Object.keys(world.access.peek().guests)]).toEqual([['-1005'], ['5', '6', '7']]);
    const other = await listed();
    await press(other, 'No');
    expect(other.access.peek().pairing).toMatchObject({ pending: {}, denied: ['7'] });
  });

  it('turns pages when there are many, each within one message, and says what it says without buttons when there is nobody', async () => {
    const name = '𝕏'.repeat(64);
    const guests = Object.fromEntries(
      Array.from({ length: MAX_GUESTS }, (_, at) => [String(4_000_000_000_000_000 + at), { name, sinceMs: NOW_MS }]),
    );
    const world = await listed({ guests });
    expect(buttonsIn(world).labels.slice(-2)).toEqual([`Revoke ${'𝕏'.repeat(23)}…`, 'More ›']);
    await press(world, 'More ›', 'More ›', 'More ›', 'More ›');
    expect(buttonsIn(world).labels.slice(-1)).toEqual(['‹ Back']);
    const [text = ''] = world.shown();
    expect([world.shown().length, text.length < 3_000, text.includes('Page 5 of 5.')]).toEqual([1, true, true]);
    expect(shown(await listed({}))).toEqual({ shown: [`${OWNER}\n\n**Guests:** none\n\n${HINT}`], labels: [] });
  });
});

describe('/activation', () => {
  const inGroup = (record: Partial<AccessRecord> = { groups: { '-1005': HOME } }) =>
    aLegWorld([], undefined, { laneId: aLaneId('-1005'), record, partChars: 3_500 });

  it('shows the other choice as a button, for the owner alone', async () => {
    const world = inGroup({ groups: { '-1005': HOME }, guests: { '5': { name: 'Eve', sinceMs: 0 } } });
    await world.say(aCommand(1, 'activation'));
    await world.leg();
    expect(buttonsIn(world).labels).toEqual(['Answer everything']);
    await world.say(aPress(world, 2, 'Answer everything', '5'));
    await world.leg({ wakeId: 'w2' });
    expect(world.access.peek().groups['-1005']?.activation).toBe('mention');
    await press(world, 'Answer everything');
    expect([world.access.peek().groups['-1005']?.activation, buttonsIn(world).labels]).toEqual([
      'always',
      ['Answer only when called'],
    ]);
    expect(world.shown()).toEqual([expect.stringMatching(/^📣 I answer everything/u)]);
  });
});
