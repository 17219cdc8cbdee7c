import { fencedWorkspace } from '@agent-claw/agent-container/tools/fenced-workspace';
import type { AccessList, LaneId, Log } from '@agent-claw/core';
import { memoryConversationStore, memoryLanes, memoryWorkspaceStore } from '@agent-claw/testkit';
import type { FaultId } from './fault-ids.ts';
import { createFaults } from './faults.ts';
import { createFakeQueue } from './fake-queue.ts';
import { createFakeSessions } from './fake-sessions.ts';
import { createFakeTelegram } from './fake-telegram.ts';
import { workspaceFor } from './faulty-stores.ts';
import { GROUP, GUEST, OWNER, OWNER_LANE, planDeeds } from './people.ts';
import type { Process } from './process.ts';
import { seededRandom } from './random.ts';
import { appendWith, containerTable, heartbeatService, ingestService, runnerService } from './services.ts';
import type { Surroundings } from './services.ts';
import type { Alarm, SentUpdate, Sightings } from './sightings.ts';
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
  const alarms: Alarm[] = [];
  const recovered: Record<string, number> = {};
  const note = keepHistory
    ? (who: string, what: string): void => {
        history.push(`${((timeline.now() - START_MS) / 1_000).toFixed(3).padStart(10)} ${who.padEnd(10)} ${what}`);
      }
    : (): void => undefined;
  const recover = (what: string): void => void (recovered[what] = (recovered[what] ?? 0) + 1);

  const fire = (id: FaultId): void => {
    faults.fire(id);
    note('world', `FAULT ${id}`);
  };

  const lanes = memoryLanes();
  const files = memoryWorkspaceStore({ 'HEARTBEAT.md': '- look around\n', 'MEMORY.md': '- first\n' });
  const acknowledged: string[] = ['- first'];
  const leases = new Map<
    Process,
    { readonly fence: number; turnId: string | undefined; part?: string; isHeld: boolean }
  >();
  const state = { epoch: 1, guests: [GUEST] as readonly string[], isOpen: true, others: 0 };
  // Wakes alone must bring everything to its end: in some schedules nothing looks after lost ones.
  const hasSweeps = random.chance(0.75);
  const deeds = planDeeds(random, START_MS);
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

  const logFor = (process: Process): Log => {
    const write = (event: string, error?: unknown): void => {
      if (!process.isAlive()) return;
      recover(event);
      note(process.name, `log ${event}${error instanceof Error ? `: ${error.message}` : ''}`);
    };
    const log: Log = {
      info: (event, fields) => {
        if (event === 'leg_ended') write(`leg_${String(fields?.['outcome'])}`);
        if (event === 'part_found') write(event);
      },
      warn: (event) => write(event),
      error: (event, error) => {
        if (error instanceof TypeError || error instanceof ReferenceError)
          seen.push(`${process.name}: ${event}: ${error.stack}`);
        write(event, error);
      },
      with: () => log,
    };
    return log;
  };
  const turnOf = (process: Process): string | undefined => leases.get(process)?.turnId;

  const telegram = createFakeTelegram({
    ...remote,
    turnOf,
    partOf: (process) => leases.get(process)?.part,
    fenceOf: (process) => leases.get(process)?.fence ?? 0,
    seeSaying: (process, laneId, text, mayWrite) => {
      if (!mayWrite) seen.push(`${process.name} wrote to ${laneId}, where it may not`);
      if (text.includes('canary')) seen.push(`${process.name} told a secret to ${laneId}`);
      if (/HEARTBEAT_OK/u.test(text)) seen.push(`${process.name} sent a silent heartbeat to ${laneId}`);
    },
  });

  const world: Surroundings = {
    ...remote,
    lanes,
    telegram,
    queue: () => queue,
    sessions: () => sessions,
    logFor,
    metricsFor: (process, laneId) => ({
      count: (name) => {
        if (!process.isAlive()) return;
        note(process.name, `ALARM ${name}`);
        recover(name);
        alarms.push({
          atMs: timeline.now(),
          name,
          ...(laneId === undefined ? {} : { laneId, turnId: turnOf(process) }),
        });
      },
    }),
    sessionLifeMs,
    access: (): AccessList => ({
      ownerId: OWNER,
      guests: Object.fromEntries(state.guests.map((id) => [id, { name: '', sinceMs: START_MS }])),
      groups: { [GROUP]: { title: '', sinceMs: START_MS, activation: 'mention' } },
    }),
    epoch: () => `e${state.epoch}`,
    skewMs: () => {
      if (!faults.on('L4.skew')) return 0;
      faults.fire('L4.skew');
      return random.int(-4_000, 4_000);
    },
    watch: {
      leased: (process, _laneId, fence, turnId) => {
        leases.set(process, { fence, turnId, isHeld: true });
        process.onDeath(() => {
          if (leases.get(process)?.isHeld === true) faults.fire('L5.crash_with_lease');
        });
      },
      began: (process, turnId) => {
        const lease = leases.get(process);
        if (lease !== undefined) lease.turnId = turnId;
      },
      released: (process) => {
        const lease = leases.get(process);
        if (lease !== undefined) lease.isHeld = false;
      },
      refused: (process, call) => {
        faults.fire(call === 'L.finish' || call === 'L.handOver' ? 'L7.zombie_write_refused' : 'L3.zombie');
        note(process.name, `is refused: ${call}`);
      },
      noted: (process, laneId, part, messageId) => {
        const lease = leases.get(process);
        if (messageId !== undefined) telegram.noted(laneId, messageId);
        else if (lease !== undefined) lease.part = part;
      },
      isDeadly: (process, laneId, part) =>
        process.isAlive() &&
        !part.startsWith('f') &&
        isPoison(lanes.peek(laneId as LaneId)?.turn?.taken ?? [], 'C2.poisoned_turn'),
    },
  };
  const inputs = modelInputs();
  const queue = createFakeQueue({
    ...remote,
    isAllThereIs: !hasSweeps,
    receive: (message) => receive(message),
    onDeadLetter: () => recover('dead_letter'),
  });
  const tableFor = containerTable(world, {
    conversations: watchedConversations(memoryConversationStore(), inputs, (what) => seen.push(what)),
    script: {
      random,
      faults,
      note,
      seeInput: (process, { conversationId, turnId }, ids, isStart) => {
        const known = inputs.of(conversationId, turnId);
        // A copy that stood still may begin after another one has finished; it can save nothing.
        if (isStart && known.isSaved && !process.wasFrozen()) seen.push(`${turnId} ran again after it was saved`);
        for (const id of ids) known.ids.add(id);
      },
      isDeadly: (ids) => isPoison(ids, 'A6.poisoned_run'),
    },
    remember: async (process, laneId, line, mayWrite) => {
      if (laneId !== OWNER_LANE) return 'not here';
      const workspace = workspaceFor(remote, process, files, 'S', async (path) => {
        const other = `- other ${++state.others}`;
        const current = await files.read(path);
        if (current === null) return;
        const written = await files.write(path, `${current.content}${other}\n`, {
          kind: 'if_version',
          version: current.version,
        });
        if (written.kind === 'written') acknowledged.push(other);
      });
      const isBad = faults.on('M3.bad_arguments');
      if (isBad) faults.fire('M3.bad_arguments');
      const input = isBad ? { path: '../MEMORY.md', content: line } : { path: 'MEMORY.md', content: line };
      const said = await appendWith(fencedWorkspace(workspace, mayWrite), logFor(process), input);
      if (said.startsWith('Added')) acknowledged.push(line);
      note(process.name, `remembers "${line}": ${said}`);
      return said;
    },
  });
  const sessions = createFakeSessions({ ...remote, tableFor, skewMs: world.skewMs, lifeMs: sessionLifeMs });
  const receive = runnerService(world);
  const heartbeat = heartbeatService(world, files);
  const sender = createWebhookSender({ ...remote, secret: SECRET, deliver: ingestService(world, SECRET) });

  const plan = { left: deeds.length, ticks: 0 };
  const updates: SentUpdate[] = [];
  for (const deed of deeds)
    timeline.at(deed.atMs, () => {
      plan.left -= 1;
      if (deed.kind === 'delete') return telegram.deleteNewest(deed.laneId);
      const pressed = telegram.withButton(deed.update.laneId);
      // A button that is not there cannot be pressed.
      if (deed.kind === 'press' && pressed?.stopButton === undefined) return false;
      const body =
        deed.kind === 'press' ? deed.body(pressed?.id ?? 0, pressed?.stopButton ?? '') : deed.body(telegram.nextId());
      note('person', `${deed.kind === 'press' ? 'presses' : 'says'} ${JSON.stringify(body)}`);
      updates.push(deed.update);
      sender.send(deed.update, body);
    });
  if (faults.on('A8.new_version'))
    timeline.after(random.int(5_000, 300_000), () => {
      state.epoch += 1;
      fire('A8.new_version');
    });
  // Taken away between append and ring, only the sweep finds the message: its repeat is a stranger's.
  if (hasSweeps && faults.on('R3.access_removed'))
    timeline.after(random.int(5_000, 300_000), () => {
      state.guests = [];
      fire('R3.access_removed');
    });
  if (faults.on('Q7.poison'))
    timeline.after(random.int(1_000, 60_000), () => {
      queue.put('{"v":2}');
      fire('Q7.poison');
    });
  const beat = (): void => {
    const scheduledAtMs = timeline.now();
    plan.ticks += 1;
    if (sessions.busy(OWNER_LANE)) fire('H2.during_turn');
    heartbeat.tick(scheduledAtMs);
    if (faults.on('H1.fires_twice')) {
      fire('H1.fires_twice');
      timeline.after(random.int(0, 5_000), () => heartbeat.tick(scheduledAtMs));
    }
    if (faults.on('H3.late'))
      timeline.after(random.int(5 * MINUTE, 4 * 60 * MINUTE), () => {
        fire('H3.late');
        heartbeat.tick(scheduledAtMs);
      });
  };
  const sweep = (): void => {
    heartbeat.sweep();
    timeline.after(5 * MINUTE, sweep);
  };
  timeline.after(random.int(0, 4 * MINUTE), beat);
  timeline.after(random.int(30 * MINUTE, 34 * MINUTE), beat);
  if (hasSweeps) timeline.after(random.int(0, 5 * MINUTE), sweep);
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
    plan.left === 0 && sender.open() === 0 && queue.waiting() === 0 && restless().length === 0;
  await timeline.run(QUIET_BY_MS, isQuiet);

  for (const { id, laneId, turnId, texts, noted, deletedAtMs } of telegram.messages)
    note(
      'chat',
      `#${id} ${laneId} ${turnId} ${noted ? 'noted' : ''} ${deletedAtMs === undefined ? '' : 'deleted'} ${texts.at(-1)?.text}`,
    );
  const sightings: Sightings = {
    updates,
    messages: telegram.messages,
    alarms,
    undeliverable: telegram.undeliverable,
    staleCalls: telegram.staleCalls,
    ticks: plan.ticks,
    closedLanes: new Set(state.guests.length === 0 ? laneIds.filter((laneId) => laneId.endsWith(`:${GUEST}`)) : []),
    parked: new Set(
      laneIds.flatMap((laneId) =>
        Object.keys(lanes.peek(laneId as LaneId)?.parked ?? {}).map((id) => `${laneId}/${id}`),
      ),
    ),
    waiting: restless(),
    memory: { text: (await files.read('MEMORY.md'))?.content ?? '', acknowledged },
    seen,
  };
  return { sightings, fired: faults.fired, recovered, history, events: timeline.events() };
};
