import type {
  AccessRecord,
  AgentRuntime,
  InboxEntry,
  LaneId,
  LaneStore,
  RenderedPart,
  ReplyRenderer,
  WakeReceipt,
} from '@agent-claw/core';
import {
  aLaneId,
  manualClock,
  memoryAccess,
  memoryLanes,
  memoryMedia,
  memoryWorkspaceStore,
  memoryWakeQueue,
  recordingLog,
  recordingMessenger,
  scriptedAgentRuntime,
} from '@agent-claw/testkit';
import type { ManualClock, ScriptedEvent } from '@agent-claw/testkit';
import { createAccessDesk } from '../src/access/access-desk.ts';
import { openAccessView } from '../src/access/access-view.ts';
import { chatPaces } from '../src/delivery/pace.ts';
import { createRunLeg } from '../src/run-leg.ts';
import type { LegLimits } from '../src/leg/limits.ts';
import type { LegOutcome, RunLegDeps } from '../src/run-leg.ts';

export const LANE = aLaneId();
/** Whom the deployment names: the lane of the tests is the owner's own. */
const OWNER = '4242001';
export const LIMITS: LegLimits = { wakeHiddenS: 45, sessionLifeMs: 8 * 3_600_000 };
const part = (text: string): RenderedPart => ({ text }) as unknown as RenderedPart;

/** Short parts, so that a test can read them. */
const rendererOf = (partChars: number): ReplyRenderer => ({
  final: (markdown) => markdown.match(new RegExp(`[^]{1,${partChars}}`, 'gu'))?.map(part) ?? [],
  preview: (markdown) => part(markdown),
  document: (document, caption) => ({ text: caption, document }) as unknown as RenderedPart,
  files: (files) => {
    const [caption, ...rest] = files[0]?.caption?.match(/[^]{1,100}/gu) ?? [];
    return [{ text: caption ?? '', files } as unknown as RenderedPart, ...rest.map(part)];
  },
});

interface LegOptions {
  readonly wakeId?: string;
  readonly lengthMs?: number;
  readonly with?: Partial<RunLegDeps>;
  readonly receipt?: WakeReceipt;
}

/** One lane with everything around it in memory and in virtual time. */
export const aLegWorld = (
  agent: ((clock: ManualClock) => AgentRuntime) | readonly ScriptedEvent[] = [],
  store: (lanes: LaneStore) => LaneStore = (lanes) => lanes,
  {
    laneId = LANE,
    record = {},
    ownerId = OWNER,
    files = {},
    partChars = 100,
  }: {
    readonly laneId?: LaneId;
    readonly record?: Partial<AccessRecord>;
    readonly ownerId?: string;
    readonly files?: Readonly<Record<string, string>>;
    readonly partChars?: number;
  } = {},
) => {
  const clock = manualClock();
  const { mailbox, lanes, peek } = memoryLanes();
  const access = memoryAccess(clock, record);
  const wakes = memoryWakeQueue();
  const messenger = recordingMessenger();
  const log = recordingLog();
  const counted: string[] = [];
  const hidden: number[] = [];
  const opened: string[] = [];
  const nonces = { count: 0 };
  const scripted = scriptedAgentRuntime(() => (typeof agent === 'function' ? [] : agent));
  const deps: RunLegDeps = {
    lanes: store(lanes),
    wakes,
    runtime: typeof agent === 'function' ? agent(clock) : scripted,
    media: memoryMedia(),
    messenger,
    paces: chatPaces(clock),
    renderer: rendererOf(partChars),
    clock,
    log,
    metrics: { count: (name: string) => void counted.push(name) },
    access: openAccessView({ store: access.open(), clock, ownerId }, laneId),
    accessDesk: createAccessDesk({
      store: access.open(),
      mailbox,
      wakes,
      messenger,
      clock,
      random: (bytes) => new Uint8Array(bytes).fill(1),
      botId: '7000',
      botUsername: 'claw_bot',
    }),
    openFiles: async (prefix) => {
      opened.push(prefix);
      return memoryWorkspaceStore(files);
    },
    version: '1.2.3',
    newNonce: () => `n${++nonces.count}`,
    botId: '7000',
    runtimeEpoch: 'e1',
    limits: LIMITS,
  };
  const say = async (...entries: InboxEntry[]): Promise<void> => {
    for (const entry of entries) await mailbox.append({ laneId, entry, nowMs: clock.now() });
  };
  /** Begins a leg; time is the test's. */
  const begin = (options: LegOptions = {}): Promise<LegOutcome> =>
    createRunLeg({ ...deps, ...options.with })(
      {
        laneId,
        wakeId: options.wakeId ?? 'w1',
        invocationId: `i${clock.now()}`,
        endsAtMs: clock.now() + (options.lengthMs ?? 240_000),
      },
      options.receipt ?? { hideFor: async (seconds) => void hidden.push(seconds) },
    );
  /** Runs a leg to its end, as fast as virtual time goes. */
  const leg = async (options: LegOptions = {}): Promise<LegOutcome> => {
    const state = { over: false };
    const running = begin(options).finally(() => (state.over = true));
    running.catch(() => undefined);
    for (let step = 0; step < 1_000 && !state.over; step += 1) await clock.advance(500);
    return running;
  };
  /** A leg that died: its lease has run out, and the turn is as it left it. */
  const crashed = async (turn?: Parameters<LaneStore['saveTurn']>[1], session?: string): Promise<void> => {
    const acquired = await lanes.acquire(laneId, `w0/${clock.now()}`, clock.now());
    if (acquired.kind !== 'acquired') throw new Error('The lane is held.');
    const startedAtMs = clock.now();
    if (turn !== undefined)
      await lanes.saveTurn(
        acquired.lease,
        turn,
        session === undefined ? undefined : { id: session as never, startedAtMs },
      );
    await clock.advance(60_000);
  };
  const shown = (): readonly string[] =>
    messenger.shown().map((message) => (message.part as unknown as { text: string }).text);
  const lane = () => peek(laneId);
  return {
    clock,
    lanes,
    mailbox,
    wakes,
    messenger,
    runtime: scripted,
    log,
    counted,
    hidden,
    opened,
    deps,
    say,
    begin,
    leg,
    crashed,
    shown,
    lane,
    access,
    peek,
  };
};
