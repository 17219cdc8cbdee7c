import { laneIdOf } from '@agent-claw/core';
import type {
  AccessList,
  CourtesyOutcome,
  EditOptions,
  EditOutcome,
  FindOutcome,
  LaneAddress,
  Messenger,
  Permit,
  RenderedPart,
  ReplyRenderer,
  SendOutcome,
  WaitOutcome,
} from '@agent-claw/core';
import type { Call, Kind } from './fault-ids.ts';
import type { Process } from './process.ts';
import type { RemoteDeps } from './remote-call.ts';
import type { BotMessage, StaleCall } from './sightings.ts';

const PART_CHARS = 100;
/** How far the adapter looks for a message of the bot. */
const FIND_DEPTH = 4;
const part = (text: string): RenderedPart => ({ text }) as unknown as RenderedPart;
const textOf = (rendered: RenderedPart): string => (rendered as unknown as { text: string }).text;

/** Parts of at most 100 characters, so that most answers have several. Words stay whole. */
export const shortRenderer: ReplyRenderer = {
  final: (markdown) => markdown.match(/\S[^]{0,98}(?=\s|$)|\S{100}/gu)?.map(part) ?? [],
  document: ({ name }, caption) => part(`${name} ${caption}`),
  preview: (markdown) => part(markdown.length <= PART_CHARS ? markdown : `${markdown.slice(0, PART_CHARS - 2)} …`),
};

export interface FakeTelegram {
  /** The Bot API as this process reaches it; `access` is whom its configuration lets it write to. */
  messengerFor(process: Process, access: AccessList): Messenger;
  /** The next message's number: people and the bot share one row of numbers. */
  nextId(): number;
  /** The newest message that shows a stop button. */
  withButton(laneId: string): BotMessage | undefined;
  readonly messages: readonly BotMessage[];
  readonly staleCalls: readonly StaleCall[];
  readonly undeliverable: ReadonlySet<string>;
  /** The ledger knows the message. */
  noted(laneId: string, messageId: number): void;
  /** A person deletes one of the bot's messages. */
  deleteNewest(laneId: string): void;
}

export interface FakeTelegramDeps extends RemoteDeps {
  /** The turn that the process works on. */
  readonly turnOf: (process: Process) => string | undefined;
  /** The part that the process noted last. */
  readonly partOf: (process: Process) => string | undefined;
  readonly fenceOf: (process: Process) => number;
  readonly seeSaying: (process: Process, laneId: string, text: string, mayWrite: boolean) => void;
}

interface Request<T> {
  readonly call: Call;
  readonly what: string;
  readonly laneId: string;
  readonly permit: Permit;
  readonly effect: () => T;
  /** What the client makes of an answer that did not come, or of a server error. */
  readonly doubt: T;
  readonly refused?: T;
}

export const createFakeTelegram = (deps: FakeTelegramDeps): FakeTelegram => {
  const { timeline, random, faults, note, turnOf, fenceOf } = deps;
  const messages: BotMessage[] = [];
  const state = { lastId: 0 };
  const staleCalls: StaleCall[] = [];
  const undeliverable = new Set<string>();
  const highestFence = new Map<string, number>();
  const quietUntilMs = new Map<string, number>();

  const find = (laneId: string, id: number): BotMessage | undefined =>
    messages.find((message) => message.id === id && message.laneId === laneId && message.deletedAtMs === undefined);

  /** One request: the client asks for leave, the effect happens or not, the answer comes or not. */
  const request = <T>(process: Process, wanted: Request<T>): Promise<T | WaitOutcome | { kind: 'withheld' }> => {
    if (!process.isAlive()) return new Promise(() => {});
    const { call, laneId, what, permit, effect, doubt } = wanted;
    const mayLastMs = permit();
    if (mayLastMs === null) return Promise.resolve({ kind: 'withheld' });
    const fence = fenceOf(process);
    const above = highestFence.get(laneId) ?? 0;
    if (fence < above) staleCalls.push({ atMs: timeline.now(), what, fence, above });

    const kind: Kind | null = faults.onCall(call);
    const isSlow = faults.on('T7.slow');
    const waitMs = faults.on('T1.short_wait')
      ? random.int(1, 5) * 1_000
      : faults.on('T1.long_wait')
        ? random.int(6, 90) * 1_000
        : 0;
    const isNotConnected = faults.on('T4.not_connected');
    const isTokenBad = faults.on('R2.token_rotated');
    const isServerError = faults.on('T2.server_error');
    const isBadMarkup = faults.on('T5.bad_markup');

    return new Promise((resolve) => {
      const answer = (outcome: T | WaitOutcome | { kind: 'withheld' }, afterMs = 0): void => {
        timeline.after(afterMs, () => process.deliver(() => resolve(outcome)));
      };
      const fire = (id: Parameters<typeof faults.fire>[0]): void => {
        faults.fire(id);
        note(process.name, `FAULT ${id}`);
      };
      const silence = (ms: number): WaitOutcome => {
        quietUntilMs.set(laneId, Math.max(quietUntilMs.get(laneId) ?? 0, timeline.now() + ms));
        return { kind: 'wait', retryAfterMs: ms };
      };
      const arrive = (): void => {
        const quietMs = (quietUntilMs.get(laneId) ?? 0) - timeline.now();
        if (quietMs > 0) return answer({ kind: 'wait', retryAfterMs: Math.ceil(quietMs / 1_000) * 1_000 });
        if (waitMs > 0) {
          fire(waitMs > 5_000 ? 'T1.long_wait' : 'T1.short_wait');
          return answer(silence(waitMs));
        }
        if (isNotConnected) {
          fire('T4.not_connected');
          return answer({ kind: 'wait', retryAfterMs: 5_000 });
        }
        if (isTokenBad) {
          fire('R2.token_rotated');
          return answer({ kind: 'wait', retryAfterMs: 60_000 });
        }
        if (isServerError) {
          fire('T2.server_error');
          return answer(doubt);
        }
        if (kind === 'refused') {
          fire(`${call}.refused` as Parameters<typeof faults.fire>[0]);
          return answer(wanted.refused ?? doubt);
        }
        highestFence.set(laneId, Math.max(highestFence.get(laneId) ?? 0, fence));
        const outcome = effect();
        if (kind === null || !process.isAlive()) return answer(outcome);
        fire(`${call}.${kind}` as Parameters<typeof faults.fire>[0]);
        switch (kind) {
          case 'crash':
            return process.die();
          case 'frozen':
            process.freeze(random.int(40_000, 440_000));
            return answer(outcome);
          case 'lost':
            return answer(doubt, random.int(100, Math.max(100, Math.min(10_000, mayLastMs))));
        }
      };
      const latencyMs = random.int(40, 250);
      if (isSlow) {
        fire('T7.slow');
        const slowMs = random.int(1_000, 12_000);
        // The client gives up at its limit; whether the request was carried out by then is the server's secret.
        if (slowMs < Math.min(mayLastMs, 10_000)) return timeline.after(slowMs, arrive);
        const limitMs = Math.min(mayLastMs, 10_000);
        if (random.chance(0.5))
          timeline.after(random.int(0, limitMs), () => {
            highestFence.set(laneId, Math.max(highestFence.get(laneId) ?? 0, fence));
            effect();
          });
        return answer(doubt, limitMs);
      }
      if (!isBadMarkup) return timeline.after(latencyMs, arrive);
      timeline.after(latencyMs, () => {
        fire('T5.bad_markup');
        process.deliver(() => {
          if (permit() === null) resolve({ kind: 'withheld' });
          else timeline.after(latencyMs, arrive);
        });
      });
    });
  };

  const say = (
    { process, access }: { readonly process: Process; readonly access: AccessList },
    message: BotMessage,
    rendered: RenderedPart,
    { stopButton }: EditOptions,
  ): void => {
    const text = textOf(rendered);
    message.texts.push({ atMs: timeline.now(), text, by: process.name });
    message.stopButton = stopButton;
    const known = [access.ownerId, ...Object.keys(access.guests), ...Object.keys(access.groups)];
    deps.seeSaying(process, message.laneId, text, known.includes(message.place));
  };
  const refuseForGood = (process: Process, laneId: string): { kind: 'undeliverable'; reason: string } => {
    faults.fire('T6.blocked');
    undeliverable.add(`${laneId}/${turnOf(process) ?? ''}`);
    note('telegram', `FAULT T6.blocked ${laneId}`);
    return { kind: 'undeliverable', reason: 'blocked' };
  };

  const messengerFor = (process: Process, access: AccessList): Messenger => ({
    send: (to, rendered, options, permit) => {
      const laneId = laneIdOf(to);
      return request<SendOutcome>(process, {
        call: 'T.send',
        what: `send "${textOf(rendered)}"`,
        laneId,
        permit,
        doubt: { kind: 'in_doubt' },
        effect: () => {
          if (faults.on('T6.blocked')) return refuseForGood(process, laneId);
          const message: BotMessage = {
            id: ++state.lastId,
            place: to.place,
            laneId,
            turnId: turnOf(process),
            part: deps.partOf(process),
            texts: [],
            noted: false,
            removalAsked: false,
          };
          messages.push(message);
          say({ process, access }, message, rendered, options);
          note(process.name, `says #${message.id} ${textOf(rendered)}`);
          return { kind: 'sent', messageId: message.id };
        },
      });
    },
    edit: (to: LaneAddress, messageId, rendered, options, permit) => {
      const laneId = laneIdOf(to);
      return request<EditOutcome>(process, {
        call: 'T.edit',
        what: `edit #${messageId} "${textOf(rendered)}"`,
        laneId,
        permit,
        doubt: { kind: 'in_doubt' },
        effect: () => {
          const message = find(laneId, messageId);
          if (message === undefined) return { kind: 'gone' };
          say({ process, access }, message, rendered, options);
          note(process.name, `edits #${messageId} ${textOf(rendered)}`);
          return { kind: 'edited' };
        },
      });
    },
    findOwn: (to, afterMessageId, permit) => {
      const laneId = laneIdOf(to);
      return request<FindOutcome>(process, {
        call: 'T.find',
        what: `look behind #${afterMessageId}`,
        laneId,
        permit,
        doubt: { kind: 'wait', retryAfterMs: 5_000 },
        effect: () => {
          const isTelling = !to.place.startsWith('-') && to.thread === undefined;
          const found = messages.find(
            ({ id, laneId: lane, deletedAtMs }) =>
              lane === laneId && deletedAtMs === undefined && id > afterMessageId && id <= afterMessageId + FIND_DEPTH,
          );
          if (found !== undefined && isTelling) found.stopButton = undefined;
          return found === undefined || !isTelling ? { kind: 'none' } : { kind: 'found', messageId: found.id };
        },
      });
    },
    remove: (to, messageId, permit) => {
      const laneId = laneIdOf(to);
      const asked = find(laneId, messageId);
      if (asked !== undefined) asked.removalAsked = true;
      return request<CourtesyOutcome>(process, {
        call: 'T.remove',
        what: `remove #${messageId}`,
        laneId,
        permit,
        doubt: { kind: 'failed' },
        effect: () => {
          const message = find(laneId, messageId);
          if (message !== undefined) message.deletedAtMs = timeline.now();
          note(process.name, `removes #${messageId}`);
          return { kind: 'done' };
        },
      });
    },
    typing: (to, permit) =>
      request<CourtesyOutcome>(process, {
        call: 'T.typing',
        what: 'typing',
        laneId: laneIdOf(to),
        permit,
        doubt: { kind: 'failed' },
        effect: () => ({ kind: 'done' }),
      }),
  });

  return {
    messengerFor,
    nextId: () => ++state.lastId,
    withButton: (laneId) =>
      messages.findLast(
        (message) => message.laneId === laneId && message.stopButton !== undefined && message.deletedAtMs === undefined,
      ),
    messages,
    staleCalls,
    undeliverable,
    noted: (laneId, messageId) => {
      const message = messages.find(({ id, laneId: lane }) => id === messageId && lane === laneId);
      if (message !== undefined) message.noted = true;
    },
    deleteNewest: (laneId) => {
      const message = messages.findLast((each) => each.laneId === laneId && each.deletedAtMs === undefined);
      if (message === undefined) return;
      message.deletedAtMs = timeline.now();
      message.deletedByPerson = true;
      note('person', `deletes #${message.id}`);
    },
  };
};
