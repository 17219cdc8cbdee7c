import { createHash } from 'node:crypto';
import { createTurnTable } from '@agent-claw/agent-container/turn-table';
import type { TurnTable } from '@agent-claw/agent-container/turn-table';
import { createAnswerWake } from '@agent-claw/agent-runner/answer-wake';
import { chatPaces } from '@agent-claw/agent-runner/delivery/pace';
import { createRunLeg } from '@agent-claw/agent-runner/run-leg';
import type { AccessList, ConversationStore, LaneId, Log, Metrics, WorkspaceStore } from '@agent-claw/core';
import { createSendHeartbeat } from '@agent-claw/heartbeat/send-heartbeat';
import { createSweep } from '@agent-claw/heartbeat/sweep';
import { memoryAccess, memoryMedia } from '@agent-claw/testkit';
import type { MemoryLanes } from '@agent-claw/testkit';
import { createAnswerWebhook } from '@agent-claw/tg-ingest/answer-webhook';
import { createIngestUpdate } from '@agent-claw/tg-ingest/ingest-update';
import type { FakeQueue, Received } from './fake-queue.ts';
import type { FakeSessions } from './fake-sessions.ts';
import type { FakeTelegram } from './fake-telegram.ts';
import { conversationsFor, laneStoreFor, mailboxFor, openLanesFor, workspaceFor } from './faulty-stores.ts';
import type { LaneWatch } from './faulty-stores.ts';
import { BOT, OWNER_LANE } from './people.ts';
import { createProcess } from './process.ts';
import type { Process } from './process.ts';
import type { RemoteDeps } from './remote-call.ts';
import { scriptedAnswer } from './script.ts';
import type { ScriptDeps } from './script.ts';
import { shortRenderer } from './short-renderer.ts';
import type { Deliver } from './webhook-sender.ts';

/** Everything around the services of one schedule. */
export interface Surroundings extends RemoteDeps {
  readonly lanes: MemoryLanes;
  readonly queue: () => FakeQueue;
  readonly sessions: () => FakeSessions;
  readonly telegram: FakeTelegram;
  readonly watch: LaneWatch;
  readonly logFor: (process: Process) => Log;
  readonly metricsFor: (process: Process, laneId?: string) => Metrics;
  /** The configuration that a process starts with. */
  readonly access: () => AccessList;
  readonly epoch: () => string;
  /** How long a microVM lives. */
  readonly sessionLifeMs: number;
  /** How far the clock of a new process is ahead; asked for by the wake that it is started with. */
  readonly skewMs: (wakeId?: string) => number;
  readonly legMs: () => number;
  /** An edit's words have replaced those of the message. */
  readonly amended: (updateId: number) => void;
}

const nameOf = (prefix: string, count: number): string => `${prefix}${count}`;

/** Telegram's webhook, answered by tg-ingest: one process per delivery, 10 s at most. */
export const ingestService = (world: Surroundings, secret: string): Deliver => {
  const { timeline, random, faults, note } = world;
  const digest = createHash('sha256').update(secret).digest('hex');
  const other = createHash('sha256').update(`${secret}-next`).digest('hex');
  const state = { count: 0 };
  return (request, answer) => {
    const process = createProcess({ name: nameOf('ingest', ++state.count), timeline, skewMs: world.skewMs() });
    const isRotated = faults.on('R1.secret_rotated');
    if (isRotated) faults.fire('R1.secret_rotated');
    const answerWebhook = createAnswerWebhook({
      ingest: createIngestUpdate({
        mailbox: mailboxFor(world, process, world.lanes.mailbox, 'I', world.amended),
        wakes: { ring: (laneId, options) => world.queue().ring(process, 'I.ring', laneId, options?.delayS ?? 0) },
        access: memoryAccess(process.clock, world.access()).open(),
        ownerId: world.access().ownerId,
        bot: BOT,
        clock: process.clock,
      }),
      secretDigests: [isRotated ? other : digest],
      log: world.logFor(process),
    });
    const isSlow = faults.on('I5.slow_start');
    if (isSlow) faults.fire('I5.slow_start');
    timeline.after(isSlow ? random.int(8_000, 15_000) : random.int(5, 40), () => {
      if (faults.on('I1.crash_before')) {
        faults.fire('I1.crash_before');
        note(process.name, 'FAULT I1.crash_before');
        return process.die();
      }
      const endsAtMs = timeline.now() + 10_000;
      void answerWebhook(request).then((answered) => {
        // The gateway has long given up on a function that took longer.
        if (timeline.now() <= endsAtMs) answer(answered);
        return process.die();
      });
    });
  };
};

/** agent-runner: one process per received wake. */
export const runnerService = (world: Surroundings): ((message: Received) => void) => {
  const { timeline, random, faults, note } = world;
  const state = { count: 0 };
  return (message) => {
    const skewMs = world.skewMs(message.id);
    const process = createProcess({ name: nameOf('runner', ++state.count), timeline, skewMs });
    const queue = world.queue();
    const laneId = /"laneId":"([^"]+)"/u.exec(message.body)?.[1];
    const legMs = world.legMs();
    const log = world.logFor(process);
    const access = world.access();
    const answerWake = createAnswerWake({
      runLeg: createRunLeg({
        lanes: laneStoreFor(world, process, world.lanes.lanes, world.watch),
        wakes: { ring: (lane, options) => queue.ring(process, 'Q.ring', lane, options?.delayS ?? 0) },
        runtime: world.sessions().runtimeFor(process),
        media: memoryMedia(),
        messenger: world.telegram.messengerFor(process, access),
        paces: chatPaces(process.clock),
        renderer: shortRenderer,
        botId: BOT.id,
        access: async () => access,
        accessDesk: async () => ({ markdown: '' }),
        openFiles: async () => ({ read: async () => null, list: async () => [] }),
        version: '1.2.3',
        newNonce: () => `n${timeline.now()}`,
        runtimeEpoch: world.epoch(),
        clock: process.clock,
        log,
        metrics: world.metricsFor(process, laneId),
        limits: { wakeHiddenS: 60, sessionLifeMs: world.sessionLifeMs },
      }),
      log,
    });
    note(process.name, `gets ${message.id} (${message.receiveCount}) ${message.body}`);
    let isOver = false;
    const limitMs = legMs + 30_000;
    const killAt = (ms: number, fault?: 'C1.timeout' | 'C2.out_of_memory'): void =>
      timeline.after(ms, () => {
        if (isOver || !process.isAlive()) return false;
        if (fault !== undefined) faults.fire(fault);
        note(process.name, fault === undefined ? 'is ended at its limit' : `FAULT ${fault}`);
        process.die();
        return true;
      });
    if (faults.on('C1.timeout')) killAt(random.int(1_000, legMs), 'C1.timeout');
    if (faults.on('C2.out_of_memory')) killAt(random.int(200, 30_000), 'C2.out_of_memory');
    const startedAtMs = timeline.now();
    // A process that stands still at its limit may be overlooked and go on later: the zombie.
    timeline.after(limitMs, () => {
      if (isOver || (process.isFrozen() && random.chance(0.7))) return false;
      return process.die();
    });
    const invocation = { id: process.name, endsAtMs: process.clock.now() + legMs };
    void answerWake(message, queue.receiptFor(process, message.id), invocation).then((isAnswered) => {
      isOver = true;
      note(process.name, `ends, ${isAnswered ? 'done' : 'not done'}`);
      const isInTime = timeline.now() - startedAtMs <= limitMs;
      if (isAnswered && isInTime) {
        if (faults.on('Q3.delete_lost')) faults.fire('Q3.delete_lost');
        else queue.remove(message);
      }
      // The environment is frozen with whatever timers it left, and may thaw for another call.
      if (!faults.on('C3.thaws_later')) return process.die();
      faults.fire('C3.thaws_later');
      process.freeze(random.int(1_000, 440_000));
    });
  };
};

/** heartbeat: a tick of the schedule, or a sweep. A tick that failed is tried again. */
export const heartbeatService = (world: Surroundings, files: WorkspaceStore) => {
  const { timeline, random, faults } = world;
  const state = { count: 0 };
  const run = (work: (process: Process) => Promise<unknown>, attempt = 1): void => {
    const process = createProcess({ name: nameOf('heartbeat', ++state.count), timeline, skewMs: world.skewMs() });
    const again = (): void => {
      if (attempt > 20) return;
      timeline.after(random.int(1_000, 60_000), () => run(work, attempt + 1));
    };
    let isOver = false;
    const end = (goesOn: () => void): void => {
      if (isOver) return;
      isOver = true;
      process.die();
      goesOn();
    };
    // An invocation that crashes has failed like any other.
    process.onDeath(() => end(again));
    work(process).then(
      () =>
        end(() => {
          if (!faults.on('H4.retried')) return;
          faults.fire('H4.retried');
          again();
        }),
      () => end(again),
    );
  };
  return {
    tick: (scheduledAtMs: number): void =>
      run((process) =>
        createSendHeartbeat({
          mailbox: mailboxFor(world, process, world.lanes.mailbox, 'H'),
          wakes: { ring: (laneId) => world.queue().ring(process, 'H.ring', laneId, 0) },
          workspace: workspaceFor(world, process, files, 'H', async () => undefined),
          laneId: OWNER_LANE as LaneId,
          timeZone: 'UTC',
          activeHours: '',
          clock: process.clock,
        })(scheduledAtMs),
      ),
    sweep: (): void =>
      run((process) =>
        createSweep({
          openLanes: openLanesFor(world, process, world.lanes.openLanes),
          wakes: { ring: (laneId) => world.queue().ring(process, 'H.ring', laneId, 0) },
          log: world.logFor(process),
          metrics: world.metricsFor(process),
        })(process.clock.now()),
      ),
  };
};

/** What runs in one microVM: the container's own table over a model that is a script. */
export const containerTable =
  (
    world: Surroundings,
    stores: {
      readonly conversations: ConversationStore;
      readonly script: Omit<ScriptDeps, 'remember'>;
      readonly remember: ScriptDeps['remember'];
    },
  ) =>
  (process: Process): TurnTable =>
    createTurnTable({
      conversations: conversationsFor(world, process, stores.conversations),
      answer: scriptedAnswer(process, { ...stores.script, remember: stores.remember }),
      clock: process.clock,
      log: world.logFor(process),
    });
