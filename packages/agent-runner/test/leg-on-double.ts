import { laneIdOf } from '@agent-claw/core';
import type { AgentRuntime, Clock, InboxEntry, LaneSettings, Messenger, TurnEvent } from '@agent-claw/core';
import { telegramMessenger } from '@agent-claw/telegram/telegram-messenger';
import { telegramReplyRenderer } from '@agent-claw/telegram/reply-renderer';
import { createTelegramDouble, listen } from '@agent-claw/telegram-double';
import { aTurn } from '@agent-claw/testkit';
import { aLegWorld } from './leg-world.ts';

const BOT_ID = '7000001';
/** What the double answers that the pace is for. Removals and typing cost nothing there. */
const SHOWING = /^(?:send(?!ChatAction)|editMessage)/u;

/**
 * One lane whose legs speak to a double with Telegram's limits, all on one virtual clock: time stands still while a call is
 * under way, so that the double sees each call at the very moment at which it was made.
 */
export const aLegOnDouble = async (place: string, agent: (clock: Clock) => AgentRuntime, settings?: LaneSettings) => {
  const laneId = laneIdOf({ channel: 'tg', account: BOT_ID, place });
  const groups = { [place]: { title: 'Home', sinceMs: 0, activation: 'mention' } } as const;
  const world = aLegWorld(agent, undefined, { laneId, record: place.startsWith('-') ? { groups } : {} });
  const { clock } = world;
  const double = createTelegramDouble({ tokens: [`${BOT_ID}:local`], clock, log: { info: () => undefined } });
  const server = await listen(double);
  const state = { underWay: 0 };
  const real = telegramMessenger({
    secret: { get: async () => ({ botToken: `${BOT_ID}:local` }) },
    apiRoot: server.url,
    log: world.log,
    outgoing: world.deps.media.store,
  });
  const counted = async <T>(call: Promise<T>): Promise<T> => {
    state.underWay += 1;
    return call.finally(() => (state.underWay -= 1));
  };
  const messenger: Messenger = {
    send: (...call) => counted(real.send(...call)),
    edit: (...call) => counted(real.edit(...call)),
    findOwn: (...call) => counted(real.findOwn(...call)),
    remove: (...call) => counted(real.remove(...call)),
    leave: (...call) => counted(real.leave(...call)),
    offerCommands: (...call) => counted(real.offerCommands(...call)),
    showDraft: (...call) => counted(real.showDraft(...call)),
    typing: (...call) => counted(real.typing(...call)),
  };
  const begin = (wakeId = 'w1') =>
    world.begin({ wakeId, with: { messenger, renderer: telegramReplyRenderer, botId: BOT_ID } });
  const settled = async (): Promise<void> => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (state.underWay > 0);
  };
  const pass = async (ms: number): Promise<void> => {
    await settled();
    for (let passedMs = 0; passedMs < ms; passedMs += 5) {
      await clock.advance(5);
      await settled();
    }
  };
  /** Runs a leg to its end, with what happens meanwhile at its second. */
  const leg = async (then: Readonly<Record<number, () => Promise<void>>> = {}, wakeId?: string) => {
    const running = { isOver: false };
    const outcome = begin(wakeId).finally(() => (running.isOver = true));
    outcome.catch(() => undefined);
    for (let second = 1; second < 600 && !running.isOver; second += 1) {
      await pass(1_000);
      await then[second]?.();
    }
    return outcome;
  };
  if (settings !== undefined) await choose(world, laneId, settings);
  const shows = () => double.requests().filter(({ method }) => SHOWING.test(method));
  return {
    clock,
    pass,
    leg,
    say: (...entries: InboxEntry[]) => world.say(...entries),
    lane: world.lane,
    /** Calls that Telegram's limits refused. */
    refused: () => double.requests().filter(({ outcome }) => outcome.limit !== undefined || outcome.status !== 200),
    methods: () => [...new Set(shows().map(({ method }) => method))].sort(),
    /** When the calls that show something were made. */
    times: () => shows().map(({ atMs }) => atMs),
    /** The shortest time between two calls that show something, in milliseconds. */
    shortestGapMs: () => {
      const times = shows().map(({ atMs }) => atMs);
      return Math.min(...times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0)));
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
};

const choose = async ({ lanes, clock }: ReturnType<typeof aLegWorld>, laneId: InboxLane, settings: LaneSettings) => {
  const acquired = await lanes.acquire(laneId, 'w0/0', clock.now());
  if (acquired.kind !== 'acquired') throw new Error('The lane is held.');
  await lanes.saveTurn(acquired.lease, aTurn({ taken: [] }), undefined);
  await lanes.notePart(acquired.lease, 'x', { state: 'not_sent' }, { settings });
  await lanes.finish(acquired.lease, { answered: [] }, clock.now());
};
type InboxLane = ReturnType<typeof laneIdOf>;

/** Says three words a second with a tool at work in between, and ends with an answer of many messages. */
export const busyAgent =
  (seconds: number, reply: string) =>
  (clock: Clock): AgentRuntime => ({
    async *turn(_session, call, signal): AsyncGenerator<TurnEvent> {
      let seq = 0;
      for (let tick = 1; tick <= seconds * 3 && !signal.aborted; tick += 1) {
        await clock.sleep(335, signal);
        yield { seq: ++seq, type: 'text', delta: `word${tick} ` };
        if (tick % 30 === 10) yield { seq: ++seq, type: 'tool_started', name: 'read_file', summary: `${tick}.md` };
        if (tick % 30 === 25) yield { seq: ++seq, type: 'tool_finished', name: 'read_file', ok: true };
      }
      yield { seq: ++seq, type: 'done', reply, consumed: call.messages.map(({ id }) => id), ending: 'complete' };
    },
    steer: async () => false,
    stop: async () => false,
    endSession: async () => undefined,
  });
