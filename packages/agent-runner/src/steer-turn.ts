import { stopsFor, toSteer } from '@agent-claw/core';
import type {
  ActiveTurn,
  AgentRuntime,
  EntryId,
  InboxEntry,
  Lane,
  Log,
  RuntimeSessionId,
  TurnMessage,
} from '@agent-claw/core';
import type { LeaseKeeper } from './lease-keeper.ts';

/** The part of an entry that the agent may see. */
export const messageOf = ({
  id,
  sentAtEpochS,
  sequence,
  sender,
  text,
  attachments,
  replyTo,
  forwardedFrom,
}: InboxEntry): TurnMessage => ({
  id,
  sentAtEpochS,
  sequence,
  sender,
  text,
  ...(attachments === undefined ? {} : { attachments }),
  ...(replyTo === undefined ? {} : { replyTo }),
  ...(forwardedFrom === undefined ? {} : { forwardedFrom }),
});

export interface Steering extends AsyncDisposable {
  /** Stop entries that were passed on; the turn's reply answers them too. */
  stops(): readonly EntryId[];
}

/** Passes on to a running turn what arrives in its lane: messages to be worked in, and stops. */
export const steerTurn = (
  deps: { readonly runtime: AgentRuntime; readonly keeper: LeaseKeeper; readonly log: Log },
  session: RuntimeSessionId,
  turn: ActiveTurn,
): Steering => {
  const { runtime, keeper, log } = deps;
  const offered = new Set<EntryId>();
  const stops = new Set<EntryId>();
  const state = { passing: Promise.resolve() };
  const call = { laneId: keeper.lease.laneId, turnId: turn.id, fence: keeper.lease.fence };

  const passOn = async (lane: Lane): Promise<void> => {
    try {
      const news = toSteer(lane, turn.taken, offered);
      if (news.length > 0 && (await runtime.steer(session, { ...call, messages: news.map(messageOf) }))) {
        for (const entry of news) offered.add(entry.id);
      }
      const newStops = stopsFor(lane, turn).filter((entry) => !stops.has(entry.id));
      if (newStops.length > 0 && (await runtime.stop(session, call))) for (const entry of newStops) stops.add(entry.id);
    } catch (error) {
      // Nothing is lost: the entries stay in the inbox and the next renewal offers them again.
      log.error('steer_failed', error);
    }
  };

  const unwatch = keeper.watch((lane) => {
    state.passing = state.passing.then(() => passOn(lane));
  });
  return {
    stops: () => [...stops],
    [Symbol.asyncDispose]: async () => {
      unwatch();
      await state.passing;
    },
  };
};
