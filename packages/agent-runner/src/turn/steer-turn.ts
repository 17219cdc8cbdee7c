import { filesOf, isOfSomebodyKnown, needsHearing, stopsFor, toSteer } from '@agent-claw/core';
import type {
  ActiveTurn,
  AgentRuntime,
  Clock,
  EntryId,
  InboxEntry,
  Lane,
  Log,
  RuntimeSessionId,
  TurnMessage,
} from '@agent-claw/core';
import type { AccessView } from '../access/access-view.ts';
import type { LeaseKeeper } from '../leg/lease-keeper.ts';
import { STEER_LIMIT_MS } from '../leg/limits.ts';
import { messageOf, stageMedia } from '../media/stage-media.ts';
import type { Media } from '../media/stage-media.ts';
import { within } from '../leg/within.ts';

/** Disposing stops the passing on and waits for a call under way. */
export interface Steering extends AsyncDisposable {
  /** Another run may take the place of the one that was told: everything is passed on once more. */
  again(): void;
}

/** Passes on to a running turn what arrives in its lane, until disposed: messages to be worked in, stops, and its time being up. */
export const steerTurn = (
  deps: {
    readonly runtime: AgentRuntime;
    readonly media: Media;
    readonly access: AccessView;
    readonly keeper: LeaseKeeper;
    readonly clock: Clock;
    readonly log: Log;
  },
  session: RuntimeSessionId,
  turn: ActiveTurn,
  /** When its time is up: then the run is stopped like on a stop, and its answer is what it had. */
  endsAtMs: number,
): Steering => {
  const { runtime, keeper, clock, log } = deps;
  const closed = new AbortController();
  const over = AbortSignal.any([closed.signal, keeper.lost]);
  // Replaced as a whole: a call that was under way then notes what it passed on in the old one.
  const state = { passing: Promise.resolve(), passed: new Set<EntryId>(), isTimedOut: false };
  const call = { laneId: keeper.lease.laneId, turnId: turn.id, fence: keeper.lease.fence };

  const staged = new Map<string, TurnMessage | null>();
  const staging = new Set<Promise<void>>();
  /** An edit may put another file in a message's place. */
  const nameOf = ({ id, editSequence = 0 }: InboxEntry): string => `${id}/${editSequence}`;
  const stage = async (entry: InboxEntry): Promise<void> => {
    const [message] = await stageMedia(deps, [entry], over);
    staged.set(nameOf(entry), message ?? messageOf(entry));
  };
  /** The messages at the head that can be passed on; files of the others are fetched meanwhile, so that no stop waits for them. */
  const ready = (news: readonly InboxEntry[]): readonly TurnMessage[] => {
    const open = news.findIndex(needsHearing);
    const known = open === -1 ? news : news.slice(0, open);
    for (const entry of known) {
      if (filesOf(entry).length === 0 || staged.has(nameOf(entry))) continue;
      staged.set(nameOf(entry), null);
      const fetching = stage(entry).then(() => {
        staging.delete(fetching);
        state.passing = state.passing.then(passOn);
      });
      staging.add(fetching);
    }
    const messages = known.map((entry) => (filesOf(entry).length === 0 ? messageOf(entry) : staged.get(nameOf(entry))));
    const missing = messages.indexOf(null);
    return (missing === -1 ? messages : messages.slice(0, missing)).filter(
      (message) => message !== null && message !== undefined,
    );
  };

  /** Who was sent away meanwhile is not passed on: what they said is dropped after the turn. */
  const welcome = async (news: readonly InboxEntry[]): Promise<readonly InboxEntry[]> => {
    if (news.length === 0) return news;
    const access = await deps.access();
    return news.filter((entry) => isOfSomebodyKnown(entry, access));
  };

  const passOn = async (): Promise<void> => {
    if (over.aborted) return;
    // Read here and not when the call was queued: a slow call before this one may have passed half of it on.
    const lane = keeper.lane();
    const { passed } = state;
    try {
      const stops = stopsFor(lane, turn).filter((entry) => !passed.has(entry.id));
      const isOverTime = !state.isTimedOut && clock.now() >= endsAtMs;
      if (stops.length > 0 || isOverTime || isInTheWay(lane, turn)) {
        // Before anything else: what else is new may be dropped by the stop, and a steer that hangs would hold it up.
        const isStopped = await within(clock, STEER_LIMIT_MS, over, (signal) => runtime.stop(session, call, signal));
        if (isStopped !== true) return;
        for (const entry of stops) passed.add(entry.id);
        state.isTimedOut ||= isOverTime;
        return;
      }
      const messages = ready(await welcome(toSteer(lane, turn, passed, clock.now())));
      const isSteered =
        messages.length > 0 &&
        (await within(clock, STEER_LIMIT_MS, over, (signal) => runtime.steer(session, { ...call, messages }, signal)));
      if (isSteered === true) for (const message of messages) passed.add(message.id);
    } catch (error) {
      // Nothing is lost: the entries stay in the inbox and the next renewal offers them again.
      if (!over.aborted) log.error('steer_failed', error);
    }
  };

  const unwatch = keeper.watch(() => {
    state.passing = state.passing.then(passOn);
  });
  return {
    again: () => {
      state.passed = new Set();
      state.isTimedOut = false;
    },
    [Symbol.asyncDispose]: async () => {
      unwatch();
      closed.abort();
      await Promise.all(staging);
      await state.passing;
    },
  };
};

/** A person who writes comes before the regular check, which looks again at the next tick. */
const isInTheWay = (lane: Lane, turn: ActiveTurn): boolean =>
  turn.kind === 'heartbeat' && Object.values(lane.inbox).some(({ kind }) => kind === 'message');
