import type { LaneId, WakeReceipt } from '@agent-claw/core';
import type { Process } from './process.ts';
import { remote } from './remote-call.ts';
import type { RemoteDeps } from './remote-call.ts';
import type { Call } from './fault-ids.ts';

/** A message of the queue as a receiver gets it. */
export interface Received {
  readonly id: string;
  readonly body: string;
  readonly receiveCount: number;
}

/** SQS as far as it matters here: visibility, redelivery, doubles, and a dead-letter queue at 20 receives. */
export interface FakeQueue {
  ring(process: Process, call: Call, laneId: LaneId, delayS: number): Promise<void>;
  /** Puts a body in that none of our services wrote. @returns its id. */
  put(body: string): string;
  receiptFor(process: Process, id: string): WakeReceipt;
  /** Acknowledges. What was received again since may stay: its receipt is another one. */
  remove(received: Received): void;
  readonly deadLetters: () => number;
  readonly waiting: () => number;
}

interface Message {
  readonly id: string;
  readonly body: string;
  visibleAtMs: number;
  receives: number;
}

/** The runner's limit and half a minute, as the template sets it. */
const VISIBILITY_MS = 6 * 60_000;
const MAX_RECEIVES = 20;

export const createFakeQueue = (
  deps: RemoteDeps & {
    /**
     * False: somebody sweeps up, so wakes may come twice and be given up. Without a sweep a wake comes again for ever; and a
     * double whose first copy was acknowledged, or an old receipt that still counts, would leave nobody to come back after
     * a crash of the second.
     */
    readonly isAllThereIs: boolean;
    readonly receive: (message: Received) => void;
    readonly onDeadLetter: (body: string) => void;
  },
): FakeQueue => {
  const { timeline, random, faults, note } = deps;
  const messages = new Map<string, Message>();
  const state = { count: 0, dead: 0 };

  const show = (message: Message): boolean => {
    if (messages.get(message.id) !== message || message.visibleAtMs > timeline.now()) return false;
    const isSpent = !deps.isAllThereIs && message.receives >= MAX_RECEIVES;
    const isLast = !deps.isAllThereIs && !isSpent && faults.on('Q6.max_receives');
    if (isLast) faults.fire('Q6.max_receives');
    if (isSpent || isLast) {
      messages.delete(message.id);
      state.dead += 1;
      note('queue', `${message.id} goes to the dead letters after ${message.receives} receives`);
      deps.onDeadLetter(message.body);
      return true;
    }
    message.receives += 1;
    hide(message, VISIBILITY_MS);
    const copies = !deps.isAllThereIs && faults.on('Q1.duplicate') ? 2 : 1;
    if (copies === 2) faults.fire('Q1.duplicate');
    const received = { id: message.id, body: message.body, receiveCount: message.receives };
    for (let copy = 0; copy < copies; copy += 1)
      if (copy === 0) deps.receive(received);
      else timeline.after(random.int(0, 20_000), () => deps.receive(received));
    return true;
  };
  const hide = (message: Message, ms: number): void => {
    message.visibleAtMs = timeline.now() + ms;
    timeline.at(message.visibleAtMs, () => show(message));
  };
  const put = (body: string, delayMs: number): string => {
    const id = `w${++state.count}`;
    const message: Message = { id, body, visibleAtMs: 0, receives: 0 };
    messages.set(id, message);
    hide(message, delayMs + random.int(5, 60));
    return id;
  };

  return {
    ring: (process, call, laneId, delayS) => {
      const effect = async (): Promise<void> => void put(JSON.stringify({ v: 1, laneId }), delayS * 1_000);
      return remote(deps, process, call, effect, { afterLost: effect });
    },
    put: (body) => put(body, 0),
    receiptFor: (process, id) => ({
      hideFor: (seconds) => {
        const effect = async (): Promise<void> => {
          const message = messages.get(id);
          if (message === undefined) return;
          hide(message, seconds * 1_000);
          if (!faults.on('Q5.shown_early')) return;
          faults.fire('Q5.shown_early');
          hide(message, random.int(1_000, 20_000));
        };
        return remote(deps, process, 'Q.hide', effect, { afterLost: effect });
      },
    }),
    remove: ({ id, receiveCount }) => {
      const isOld = messages.get(id)?.receives !== receiveCount;
      if (!isOld || !deps.isAllThereIs) messages.delete(id);
    },
    deadLetters: () => state.dead,
    waiting: () => messages.size,
  };
};
