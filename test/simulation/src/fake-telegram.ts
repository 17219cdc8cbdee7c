import { laneIdOf } from '@agent-claw/core';
import type {
  AccessList,
  CourtesyOutcome,
  EditOptions,
  EditOutcome,
  FindOutcome,
  LaneAddress,
  Messenger,
  RenderedPart,
  SendOutcome,
} from '@agent-claw/core';
import { createBotApi } from './bot-api.ts';
import type { BotApiDeps } from './bot-api.ts';
import type { Process } from './process.ts';
import { textOf } from './short-renderer.ts';
import type { BotMessage, StaleCall } from './sightings.ts';

/** How far the adapter looks for a message of the bot. */
const FIND_DEPTH = 4;

export interface FakeTelegram {
  /** The Bot API as this process reaches it; `access` is whom its configuration lets it write to. */
  messengerFor(process: Process, access: AccessList): Messenger;
  /** The next message's number: people and the bot share one row of numbers. */
  nextId(): number;
  /** The newest message that shows a stop button. */
  withButton(laneId: string): BotMessage | undefined;
  /** The newest card, whether it has its buttons still or not. */
  withCard(laneId: string): BotMessage | undefined;
  readonly messages: readonly BotMessage[];
  readonly staleCalls: readonly StaleCall[];
  readonly undeliverable: ReadonlySet<string>;
  /** A lease was granted: whoever had the one before it is to be silent from here on. */
  granted(laneId: string, fence: number): void;
  /** The ledger knows the message. */
  noted(laneId: string, messageId: number): void;
  /** A person deletes one of the bot's messages. */
  deleteNewest(laneId: string): void;
}

export interface FakeTelegramDeps extends BotApiDeps {
  /** The turn that the process works on. */
  readonly turnOf: (process: Process) => string | undefined;
  /** The part that the process noted last. */
  readonly partOf: (process: Process) => string | undefined;
  readonly seeSaying: (process: Process, laneId: string, text: string, mayWrite: boolean) => void;
}

export const createFakeTelegram = (deps: FakeTelegramDeps): FakeTelegram => {
  const { timeline, faults, note, turnOf } = deps;
  const api = createBotApi(deps);
  const messages: BotMessage[] = [];
  const state = { lastId: 0 };
  const undeliverable = new Set<string>();

  const find = (laneId: string, id: number): BotMessage | undefined =>
    messages.find((message) => message.id === id && message.laneId === laneId && message.deletedAtMs === undefined);

  const say = (
    { process, access }: { readonly process: Process; readonly access: AccessList },
    message: BotMessage,
    rendered: RenderedPart,
    { stopButton, keyboard }: EditOptions,
  ): void => {
    const text = textOf(rendered);
    message.texts.push({ atMs: timeline.now(), text, by: process.name });
    message.stopButton = stopButton;
    if (keyboard !== undefined) message.card = keyboard;
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
      return api.request<SendOutcome>(process, {
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
      return api.request<EditOutcome>(process, {
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
      return api.request<FindOutcome>(process, {
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
      return api.request<CourtesyOutcome>(process, {
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
    // The simulated people have no groups: nothing is left.
    leave: async () => ({ kind: 'done' }),
    // Nor do they look at menus.
    offerCommands: async () => ({ kind: 'done' }),
    // The simulated people have not chosen drafts of the channel's own.
    showDraft: async () => ({ kind: 'failed' }),
    typing: (to, permit) =>
      api.request<CourtesyOutcome>(process, {
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
    withCard: (laneId) =>
      messages.findLast(
        (message) => message.laneId === laneId && message.card !== undefined && message.deletedAtMs === undefined,
      ),
    messages,
    staleCalls: api.staleCalls,
    undeliverable,
    granted: api.granted,
    noted: (laneId, messageId) => {
      const message = messages.find(({ id, laneId: lane }) => id === messageId && lane === laneId);
      if (message === undefined) return;
      message.noted = true;
      message.notedAtMs ??= timeline.now();
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
