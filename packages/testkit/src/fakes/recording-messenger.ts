import { laneIdOf } from '@agent-claw/core';
import type {
  CourtesyOutcome,
  EditOptions,
  EditOutcome,
  FindOutcome,
  Keyboard,
  LaneAddress,
  Messenger,
  RenderedPart,
  SendOutcome,
  TurnId,
} from '@agent-claw/core';

export interface SentMessage {
  readonly messageId: number;
  readonly to: LaneAddress;
  /** As it reads now, after all edits. */
  readonly part: RenderedPart;
  readonly silent: boolean;
  readonly replyToMessageId?: number;
  /** The turn that the button under it stops. */
  readonly stopButton?: TurnId;
  /** The buttons under it. */
  readonly keyboard?: Keyboard;
  readonly edits: number;
}

export interface ShownDraft {
  readonly to: LaneAddress;
  readonly turn: TurnId;
  readonly part: RenderedPart;
}

export interface RecordingMessenger extends Messenger {
  /** What the people in the chat see now, in order; removed messages are gone. */
  shown(): readonly SentMessage[];
  /** Every call in order. */
  readonly calls: readonly ('send' | 'edit' | 'find' | 'remove' | 'draft' | 'typing')[];
  /** The drafts that the people see now; the bot's next message in their place ends them. */
  drafts(): readonly ShownDraft[];
  /** The places that it has left. */
  readonly left: readonly string[];
  /** The commands that a lane's menu shows, by lane. */
  readonly offered: ReadonlyMap<string, readonly string[]>;
  /** The next send (or edit) has this outcome; an `in_doubt` send arrives all the same. */
  answerSend(outcome: SendOutcome): void;
  /** The next send without a planned outcome never arrives, and nobody says so. */
  loseSend(): void;
  answerEdit(outcome: EditOutcome): void;
  answerFind(outcome: FindOutcome): void;
  answerRemove(outcome: CourtesyOutcome): void;
  answerTyping(outcome: CourtesyOutcome): void;
  answerDraft(outcome: CourtesyOutcome): void;
  /** From here on the chat at `from` is found at `to`. What was said before stays behind and can no longer be changed. */
  move(from: LaneAddress, to: LaneAddress): void;
  /** From here on the person at `at` wants nothing from the bot. */
  block(at: LaneAddress): void;
  /** Somebody else deletes the message. */
  forget(messageId: number): void;
}

/** How far the fake looks, as the real one does. */
const FIND_DEPTH = 4;

/** What a place answers where nothing can be said any more. Courtesies fail there. */
type Closed = { readonly send: SendOutcome; readonly edit: EditOutcome };

export const recordingMessenger = (): RecordingMessenger => {
  const messages = new Map<number, SentMessage>();
  const calls: RecordingMessenger['calls'][number][] = [];
  const left: string[] = [];
  const offered = new Map<string, readonly string[]>();
  const sends: SendOutcome[] = [];
  const edits: EditOutcome[] = [];
  const finds: FindOutcome[] = [];
  const removals: CourtesyOutcome[] = [];
  const typings: CourtesyOutcome[] = [];
  const draftings: CourtesyOutcome[] = [];
  const drafts = new Map<string, ShownDraft>();
  const closed = new Map<string, Closed>();
  const state = { lastId: 100, toLose: 0 };
  const courtesyIn = (at: LaneAddress): CourtesyOutcome | undefined =>
    closed.has(laneIdOf(at)) ? { kind: 'failed' } : undefined;
  return {
    calls,
    left,
    offered,
    send: async (to, part, options, permit) => {
      if (permit() === null) return { kind: 'withheld' };
      calls.push('send');
      const planned = sends.shift() ?? closed.get(laneIdOf(to))?.send;
      if (planned !== undefined && planned.kind !== 'sent' && planned.kind !== 'in_doubt') return planned;
      if (planned === undefined && state.toLose > 0) {
        state.toLose -= 1;
        return { kind: 'in_doubt' };
      }
      drafts.delete(laneIdOf(to));
      const replyTo = options.replyToMessageId === undefined ? {} : { replyToMessageId: options.replyToMessageId };
      const ids = messagesOf(part).map((shown) => {
        const messageId = planned?.kind === 'sent' ? planned.messageId : ++state.lastId;
        const rest = { silent: options.silent ?? false, ...replyTo, ...buttonOf(options), edits: 0 };
        messages.set(messageId, { messageId, to, part: shown, ...rest });
        return messageId;
      });
      return planned ?? { kind: 'sent', messageId: ids.at(-1) ?? 0 };
    },
    edit: async (to, messageId, part, options, permit) => {
      if (permit() === null) return { kind: 'withheld' };
      calls.push('edit');
      const planned = edits.shift() ?? closed.get(laneIdOf(to))?.edit;
      const message = messages.get(messageId);
      if (planned !== undefined && planned.kind !== 'edited' && planned.kind !== 'in_doubt') return planned;
      if (message === undefined) return { kind: 'gone' };
      const { stopButton: _stop, keyboard: _menu, ...rest } = message;
      messages.set(messageId, { ...rest, part, ...buttonOf(options), edits: message.edits + 1 });
      return planned ?? { kind: 'edited' };
    },
    findOwn: async (to, afterMessageId, permit) => {
      if (permit() === null) return { kind: 'withheld' };
      calls.push('find');
      const planned = finds.shift();
      if (planned !== undefined) return planned;
      const isTelling = !to.place.startsWith('-') && to.thread === undefined;
      const own = [...messages.values()].filter((message) => laneIdOf(message.to) === laneIdOf(to));
      const found = own.find(({ messageId }) => messageId > afterMessageId && messageId <= afterMessageId + FIND_DEPTH);
      if (found === undefined || !isTelling) return { kind: 'none' };
      // As the real one does: it looks by taking the buttons away.
      const { stopButton: _stop, keyboard: _menu, ...rest } = found;
      messages.set(found.messageId, rest);
      return { kind: 'found', messageId: found.messageId };
    },
    remove: async (to, messageId, permit) => {
      if (permit() === null) return { kind: 'withheld' };
      calls.push('remove');
      const planned = removals.shift() ?? courtesyIn(to);
      if (planned === undefined) messages.delete(messageId);
      return planned ?? { kind: 'done' };
    },
    leave: async (to, permit) => {
      if (permit() === null) return { kind: 'withheld' };
      left.push(to.place);
      const refused = { kind: 'undeliverable', reason: 'gone' } as const;
      closed.set(laneIdOf(to), { send: refused, edit: refused });
      return { kind: 'done' };
    },
    offerCommands: async (to, commands, permit) => {
      if (permit() === null) return { kind: 'withheld' };
      offered.set(
        laneIdOf(to),
        commands.map(({ name }) => name),
      );
      return { kind: 'done' };
    },
    showDraft: async (to, turn, part, permit) => {
      if (permit() === null) return { kind: 'withheld' };
      calls.push('draft');
      const refused = to.place.startsWith('-') ? ({ kind: 'failed' } as const) : courtesyIn(to);
      const planned = draftings.shift() ?? refused;
      if (planned === undefined) drafts.set(laneIdOf(to), { to, turn, part });
      return planned ?? { kind: 'done' };
    },
    typing: async (to, permit) => {
      if (permit() === null) return { kind: 'withheld' };
      calls.push('typing');
      return typings.shift() ?? courtesyIn(to) ?? { kind: 'done' };
    },
    drafts: () => [...drafts.values()],
    shown: () => [...messages.values()],
    answerSend: (outcome) => void sends.push(outcome),
    loseSend: () => void (state.toLose += 1),
    answerEdit: (outcome) => void edits.push(outcome),
    answerFind: (outcome) => void finds.push(outcome),
    answerRemove: (outcome) => void removals.push(outcome),
    answerTyping: (outcome) => void typings.push(outcome),
    answerDraft: (outcome) => void draftings.push(outcome),
    move: (from, to) => void closed.set(laneIdOf(from), { send: { kind: 'moved', to }, edit: { kind: 'gone' } }),
    block: (at) => {
      const refused = { kind: 'undeliverable', reason: 'blocked' } as const;
      closed.set(laneIdOf(at), { send: refused, edit: refused });
    },
    forget: (messageId) => void messages.delete(messageId),
  };
};

/** Each file of an album is a message of its own; the words are below the first. */
const messagesOf = (part: RenderedPart): readonly RenderedPart[] => {
  const { files } = part as { readonly files?: readonly object[] };
  if (files === undefined || files.length < 2) return [part];
  return files.map((file, index) => ({ ...part, ...(index === 0 ? {} : { text: '' }), files: [file] }) as RenderedPart);
};

const buttonOf = ({ stopButton, keyboard }: EditOptions) => ({
  ...(stopButton === undefined ? {} : { stopButton }),
  ...(keyboard === undefined ? {} : { keyboard }),
});
