import { heardEntry, isOfSomebodyKnown, needsHearing, takenBy, unheardIn } from '@agent-claw/core';
import type { ActiveTurn, Hearing, InboxEntry, LaneStore, MediaFile, RuntimeSessionId } from '@agent-claw/core';
import type { AccessView } from '../access/access-view.ts';
import { HEAR_LIMIT_MS, HEAR_RETRY_MS, STAGE_LIMIT_MS } from '../leg/limits.ts';
import { sessionFor } from '../leg/runtime-session.ts';
import type { RuntimeSession, SessionRules } from '../leg/runtime-session.ts';
import { stageFile } from './stage-media.ts';
import type { StageDeps } from './stage-media.ts';
import { keepTyping } from '../delivery/typing.ts';
import { within } from '../leg/within.ts';

export interface HearDeps extends StageDeps {
  readonly lanes: LaneStore;
}

type Heard = Parameters<typeof heardEntry>[1];

/** The first of these entries that nobody has listened to. */
const firstUnheard = (entries: readonly InboxEntry[]): InboxEntry | undefined => entries.find(needsHearing);

/**
 * Listens to one waiting recording: from the channel into the store, from there into words, and those into the lane in one
 * write, which also makes of the entry what the words are: a message, a stop, a command. Repeating it is safe, a recording
 * is paid for once. When `signal` aborts nothing is written.
 */
const hearEntry = async (
  deps: HearDeps,
  entry: InboxEntry,
  session: RuntimeSession,
  /** Whether the lane remembers the session: the one that the next turn is going to run in. */
  keepsSession: boolean,
  signal: AbortSignal,
): Promise<void> => {
  const { lanes, keeper, clock, log } = deps;
  const startedAtMs = clock.now();
  const hearing = await within(clock, HEAR_LIMIT_MS + STAGE_LIMIT_MS, signal, (limit) =>
    listenTo(deps, entry, session.id, limit),
  );
  if (signal.aborted) return;
  const heard: Heard = hearing ?? { kind: 'not_heard', problem: 'not_heard' };
  log.info('voice_heard', {
    entryId: entry.id,
    outcome: heard.kind === 'heard' ? 'heard' : heard.problem,
    ms: clock.now() - startedAtMs,
  });
  keeper.accept(
    await lanes.noteHeard(keeper.lease, entry, heardEntry(entry, heard), keepsSession ? session : undefined),
  );
};

const listenTo = async (
  deps: HearDeps,
  entry: InboxEntry,
  session: RuntimeSessionId,
  signal: AbortSignal,
): Promise<Heard> => {
  const staged = await stageFile(deps, entry, unheardIn(entry) ?? 0, signal);
  if ('problem' in staged) return { kind: 'not_heard', problem: staged.problem };
  const hearing = await ask(deps, staged.file, session, signal);
  if (hearing.kind === 'heard') return hearing;
  const detail = hearing.kind === 'not_heard' ? hearing.detail : undefined;
  return { kind: 'not_heard', problem: 'not_heard', ...(detail === undefined ? {} : { detail }) };
};

/** Asks until the recording is heard. A container that does not answer is asked again: it may be starting. */
const ask = async (
  { media, keeper, clock, log }: HearDeps,
  file: MediaFile,
  session: RuntimeSessionId,
  signal: AbortSignal,
): Promise<Hearing> => {
  const { laneId } = keeper.lease;
  const untilMs = clock.now() + HEAR_LIMIT_MS;
  while (!signal.aborted && clock.now() < untilMs) {
    const hearing = await media.transcriber.hear(session, { laneId, file }, signal).catch((error: unknown) => {
      if (!signal.aborted) log.error('hearing_failed', error);
      return null;
    });
    if (hearing !== null && hearing.kind !== 'working') return hearing;
    await clock.sleep(HEAR_RETRY_MS, signal);
  }
  return { kind: 'working' };
};

/**
 * Listens to the first recording among what the next turn is going to take, and shows typing meanwhile. What it says may
 * change what the next turn is, so the caller decides anew. A stop ends the listening: it drops the words anyway.
 * @returns false when there is nothing to listen to.
 */
export const hearBefore = async (
  deps: HearDeps & Parameters<typeof keepTyping>[0],
  turn: ActiveTurn,
  rules: SessionRules,
  deadline: AbortSignal,
): Promise<boolean> => {
  const { keeper, clock } = deps;
  const entry = firstUnheard(takenBy(keeper.lane(), turn));
  if (entry === undefined) return false;
  const stopped = new AbortController();
  const unwatch = keeper.watch(() => {
    if (Object.values(keeper.lane().inbox).some(({ kind }) => kind === 'stop')) stopped.abort();
  });
  try {
    await using _typing = keepTyping(deps);
    const signal = AbortSignal.any([deadline, keeper.lost, stopped.signal]);
    await hearEntry(deps, entry, sessionFor(keeper.lane(), turn, rules, clock.now()), true, signal);
  } finally {
    unwatch();
  }
  return true;
};

/**
 * Listens, while a turn runs, to recordings that come in behind it, one after the other, until disposed. What was said
 * steers the turn, or stops it.
 */
export const hearAlong = (
  deps: HearDeps & { readonly access: AccessView },
  session: RuntimeSession,
): AsyncDisposable => {
  const { keeper, log } = deps;
  const closed = new AbortController();
  const over = AbortSignal.any([closed.signal, keeper.lost]);
  const state: { listening: Promise<void> | null } = { listening: null };
  const listen = async (): Promise<void> => {
    for (;;) {
      const { inbox, turn } = keeper.lane();
      const unheard = Object.values(inbox).filter((entry) => needsHearing(entry) && !turn?.taken.includes(entry.id));
      if (unheard.length === 0) return;
      const access = await deps.access();
      const next = unheard.find((entry) => isOfSomebodyKnown(entry, access));
      if (next === undefined || over.aborted) return;
      await hearEntry(deps, next, session, false, over);
    }
  };
  const look = (): void => {
    if (state.listening !== null) return;
    state.listening = listen()
      // It stays in the inbox: the next renewal tries again.
      .catch((error: unknown) => log.error('hearing_failed', error))
      .finally(() => (state.listening = null));
  };
  const unwatch = keeper.watch(look);
  look();
  return {
    [Symbol.asyncDispose]: async () => {
      unwatch();
      closed.abort();
      await state.listening;
    },
  };
};
