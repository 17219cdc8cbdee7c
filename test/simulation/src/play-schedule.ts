import { createAskedCalls } from './asked-calls.ts';
import type { AccessList, LaneId } from '@agent-claw/core';
import { memoryConversationStore, memoryLanes, memoryWorkspaceStore } from '@agent-claw/testkit';
import type { FaultId } from './fault-ids.ts';
import { createFaults } from './faults.ts';
import { letHappen } from './happenings.ts';
import { watchLegs } from './lane-watch.ts';
import { createFakeQueue } from './fake-queue.ts';
import { createFakeSessions } from './fake-sessions.ts';
import { createFakeTelegram } from './fake-telegram.ts';
import { createMemoryNotes } from './memory-notes.ts';
import { GROUP, GUEST, OWNER, OWNER_LANE, planDeeds } from './people.ts';
import { seededRandom } from './random.ts';
import { createRecorder } from './recorder.ts';
import { containerTable, heartbeatService, ingestService, runnerService } from './services.ts';
import type { Surroundings } from './services.ts';
import type { Sightings } from './sightings.ts';
import { createTimeline } from './timeline.ts';
import { modelInputs, watchedConversations } from './watched-conversations.ts';
import { createWebhookSender } from './webhook-sender.ts';

/** Monday 2026-09-21, 15:33:20 UTC. */
const START_MS = 1_790_000_000_000;
const MINUTE = 60_000;
const FAULTS_END_MS = START_MS + 35 * MINUTE;
/** Everything drains within half an hour after the last fault; late repeats of an update may come hours later. */
const QUIET_BY_MS = FAULTS_END_MS + 30 * MINUTE;
const SECRET = 'canary_webhook_secret';

export interface Played {
  readonly sightings: Sightings;
  readonly fired: Readonly<Record<string, number>>;
  readonly recovered: Readonly<Record<string, number>>;
  readonly history: readonly string[];
  readonly events: number;
}

/** Plays one schedule: people, services, faults, until everything is quiet or half an hour after the last fault. */
export const playSchedule = async (seed: number, keepHistory: boolean): Promise<Played> => {
  const random = seededRandom(seed);
  const timeline = createTimeline(START_MS, random);
  const faults = createFaults(random, seed % 2 === 1);
  const history: string[] = [];
  const seen: string[] = [];
  const note = keepHistory
    ? (who: string, what: string): void => {
        history.push(`${((timeline.now() - START_MS) / 1_000).toFixed(3).padStart(10)} ${who.padEnd(10)} ${what}`);
      }
    : (): void => undefined;
  const fire = (id: FaultId): void => {
    faults.fire(id);
    note('world', `FAULT ${id}`);
  };

  const lanes = memoryLanes();
  const files = memoryWorkspaceStore({ 'HEARTBEAT.md': '- look around\n', 'MEMORY.md': '- first\n' });
  const state = { epoch: 1, guests: [GUEST] as readonly string[], isOpen: true };
  // Wakes alone must bring everything to its end: in some schedules nothing looks after lost ones.
  const hasSweeps = random.chance(0.7);
  // In some, legs are so short that hardly a turn ends in the leg that began it.
  const hasShortLegs = random.chance(0.2);
  // In some the agent comes to calls that need consent.
  const isAsking = random.chance(0.4);
  const deeds = planDeeds(random, START_MS, isAsking);
  const messages = deeds.flatMap((deed) =>
    deed.kind === 'update' && deed.update.kind === 'message' ? [deed.update] : [],
  );
  /** Messages whose turn kills the runner, or whose run kills its microVM, each time and for ever. */
  const poison = new Map<string, FaultId>();
  for (const id of ['C2.poisoned_turn', 'A6.poisoned_run'] as const) {
    const victim = messages[random.int(0, 9)];
    if (victim !== undefined && faults.on(id)) poison.set(`u${victim.updateId}`, id);
  }
  const isPoison = (ids: readonly string[], id: FaultId): boolean => {
    if (!ids.some((each) => poison.get(each) === id)) return false;
    fire(id);
    return true;
  };
  // A life of eight hours, made short: what matters is that its end comes in the middle of something.
  const sessionLifeMs = faults.on('A7.life_end') ? random.int(30_000, 240_000) : 8 * 60 * MINUTE;
  const remote = { timeline, random, faults, note };

  const recorder = createRecorder({
    ...remote,
    turnOf: (process) => legs.turnOf(process),
    tell: (problem) => seen.push(problem),
  });
  const telegram = createFakeTelegram({
    ...remote,
    turnOf: (process) => legs.turnOf(process),
    partOf: (process) => legs.partOf(process),
    fenceOf: (process) => legs.fenceOf(process),
    tell: (problem) => seen.push(problem),
    seeSaying: (process, laneId, text, mayWrite) => {
      if (!mayWrite) seen.push(`${process.name} wrote to ${laneId}, where it may not`);
      if (text.includes('canary')) seen.push(`${process.name} told a secret to ${laneId}`);
      if (/HEARTBEAT_OK/u.test(text)) seen.push(`${process.name} sent a silent heartbeat to ${laneId}`);
    },
  });

  const strays = new Set<string>();
  const legs = watchLegs({
    ...remote,
    lanes,
    granted: telegram.granted,
    messageNoted: telegram.noted,
    isBusy: (laneId) => sessions.busy(laneId),
    stray: (laneId) => void strays.add(queue.put(JSON.stringify({ v: 1, laneId }))),
    isPoison,
  });

  const world: Surroundings = {
    ...remote,
    lanes,
    telegram,
    queue: () => queue,
    sessions: () => sessions,
    logFor: recorder.logFor,
    metricsFor: recorder.metricsFor,
    sessionLifeMs,
    access: (): AccessList => ({
      ownerId: OWNER,
      guests: Object.fromEntries(state.guests.map((id) => [id, { name: '', sinceMs: START_MS }])),
      groups: { [GROUP]: { title: '', sinceMs: START_MS, activation: 'mention' } },
    }),
    epoch: () => `e${state.epoch}`,
    skewMs: (wakeId) => {
      if (!faults.on('L4.skew')) return 0;
      faults.fire('L4.skew');
      // Two clocks are up to eight seconds apart. The ends of that come more often than the middle.
      if (wakeId !== undefined && strays.has(wakeId)) return 4_000;
      return random.chance(0.5) ? random.pick([-4_000, 4_000]) : random.int(-4_000, 4_000);
    },
    legMs: () => (hasShortLegs ? random.int(5_000, 20_000) : random.chance(0.5) ? random.int(15_000, 60_000) : 270_000),
    amended: (updateId) => {
      const edit = happenings.updates.find((update) => update.updateId === updateId);
      if (edit !== undefined) edit.isAmended = true;
    },
    watch: legs.watch,
  };
  const inputs = modelInputs();
  const notes = createMemoryNotes({ ...remote, files, logFor: recorder.logFor });
  const calls = createAskedCalls({ ...remote, isAsking, logFor: recorder.logFor });
  const steered = new Set<string>();
  const queue = createFakeQueue({
    ...remote,
    isAllThereIs: !hasSweeps,
    receive: (message) => receive(message),
    onDeadLetter: () => recorder.recover('dead_letter'),
  });
  const tableFor = containerTable(world, {
    conversations: watchedConversations(memoryConversationStore(), inputs, (what) => seen.push(what), calls.saved),
    script: {
      random,
      faults,
      note,
      calls,
      seeInput: (process, { laneId, conversationId, turnId }, ids, isStart) => {
        const known = inputs.of(conversationId, turnId);
        // A copy that stood still may begin after another one has finished; it can save nothing.
        if (isStart && known.isSaved && !process.wasFrozen()) seen.push(`${turnId} ran again after it was saved`);
        for (const id of ids) known.ids.add(id);
        legs.worksOn(laneId, turnId, ids);
        if (!isStart) for (const id of ids) steered.add(`${laneId}/${id}`);
      },
      isDeadly: (ids) => isPoison(ids, 'A6.poisoned_run'),
    },
    remember: notes.remember,
  });
  const sessions = createFakeSessions({ ...remote, tableFor, skewMs: world.skewMs, lifeMs: sessionLifeMs });
  const receive = runnerService(world);
  const heartbeat = heartbeatService(world, files);
  const sender = createWebhookSender({ ...remote, secret: SECRET, deliver: ingestService(world, SECRET) });

  const happenings = letHappen({
    ...remote,
    deeds,
    telegram,
    sender,
    queue,
    sessions,
    heartbeat,
    hasSweeps,
    deploy: () => void (state.epoch += 1),
    closeAccess: () => void (state.guests = []),
  });
  timeline.at(FAULTS_END_MS, () => {
    faults.stop();
    note('world', 'no more faults');
  });

  const laneIds = [
    ...new Set([OWNER_LANE, ...deeds.flatMap((deed) => (deed.kind === 'update' ? [deed.update.laneId] : []))]),
  ];
  const restless = (): readonly string[] =>
    laneIds.flatMap((laneId) => {
      const lane = lanes.peek(laneId as LaneId);
      if (lane === undefined) return [];
      const waiting = Object.keys(lane.inbox);
      // A lease that ran out and holds nothing back is at rest.
      const isHeld = lane.lease !== undefined && lane.lease.expiresAtMs + 10_000 > timeline.now();
      if (waiting.length === 0 && !isHeld && lane.turn === undefined) return [];
      return [`${laneId} has ${waiting.join(' ')}, turn ${lane.turn?.id}, lease ${lane.lease?.holder}`];
    });
  const isQuiet = (): boolean =>
    happenings.left() === 0 && sender.open() === 0 && queue.waiting() === 0 && restless().length === 0;
  await timeline.run(QUIET_BY_MS, isQuiet);

  for (const { id, laneId, turnId, texts, noted, deletedAtMs } of telegram.messages)
    note(
      'chat',
      `#${id} ${laneId} ${turnId} ${noted ? 'noted' : ''} ${deletedAtMs === undefined ? '' : 'deleted'} ${texts.at(-1)?.text}`,
    );
  const sightings: Sightings = {
    updates: happenings.updates,
    messages: telegram.messages,
    alarms: recorder.alarms,
    undeliverable: telegram.undeliverable,
    staleCalls: telegram.staleCalls,
    turns: legs.turns,
    begunAtMs: legs.begunAtMs,
    steered,
    legsLost: legs.lost,
    ticks: happenings.ticks(),
    closedLanes: new Set(state.guests.length === 0 ? laneIds.filter((laneId) => laneId.endsWith(`:${GUEST}`)) : []),
    parked: new Set(
      laneIds.flatMap((laneId) =>
        Object.keys(lanes.peek(laneId as LaneId)?.parked ?? {}).map((id) => `${laneId}/${id}`),
      ),
    ),
    waiting: restless(),
    asked: calls.all,
    memory: { text: (await files.read('MEMORY.md'))?.content ?? '', acknowledged: notes.acknowledged },
    seen,
  };
  return { sightings, fired: faults.fired, recovered: recorder.recovered, history, events: timeline.events() };
};
