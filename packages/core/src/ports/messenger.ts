import type { OutgoingFile } from '../outgoing-file.ts';
import type { Brand, LaneAddress, TurnId } from '../ids.ts';

/** Slow down: no call to this chat for this long. Nothing was sent, so trying again cannot double it. */
export interface WaitOutcome {
  readonly kind: 'wait';
  readonly retryAfterMs: number;
}

/** The permit said no: nothing was sent. */
export interface WithheldOutcome {
  readonly kind: 'withheld';
}

/** The chat is found elsewhere from here on: it got another number, or its topic is gone. Nothing was sent. */
export interface MovedOutcome {
  readonly kind: 'moved';
  readonly to: LaneAddress;
}

/** Refused for good: blocked, no such chat or topic. Trying again is useless; the owner can do something about it. */
export interface Undeliverable {
  readonly kind: 'undeliverable';
  readonly reason: string;
  /** It is the file that is refused, or not there any more, and not the place: nothing was sent, and words may still pass. */
  readonly isFile?: true;
}

export type SendOutcome =
  /** `messageId` is the newest when an album makes several messages. */
  | { readonly kind: 'sent'; readonly messageId: number }
  | Undeliverable
  /** Nobody knows whether it arrived (timeout, cut connection, 5xx after the request was written). */
  | { readonly kind: 'in_doubt' }
  | MovedOutcome
  | WaitOutcome
  | WithheldOutcome;

export type EditOutcome =
  | { readonly kind: 'edited' }
  /** The message is gone (the user deleted it): send a fresh one. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'undeliverable'; readonly reason: string }
  | { readonly kind: 'in_doubt' }
  | WaitOutcome
  | WithheldOutcome;

/** Of calls that nobody depends on. */
export type CourtesyOutcome = { readonly kind: 'done' } | { readonly kind: 'failed' } | WaitOutcome | WithheldOutcome;

/** `none` also where the channel cannot tell: in groups and topics, whose numbers other lanes use too. */
export type FindOutcome =
  | { readonly kind: 'found'; readonly messageId: number }
  | { readonly kind: 'none' }
  | WaitOutcome
  | WithheldOutcome;

/** One message that fits the channel's limits, in the channel's own form. */
export type RenderedPart = Brand<object, 'RenderedPart'>;

/**
 * Asked right before each request to the channel, a repeated one included: how many milliseconds it may last, or null when it
 * may not begin. A copy of the runner that was frozen between two requests stays silent this way.
 */
export type Permit = () => number | null;

/** A button of a menu: what it reads, and what comes back when it is pressed. */
export interface KeyboardButton {
  readonly label: string;
  /** Of a menu's nonce and the button's place in it. */
  readonly nonce: string;
  readonly index: number;
}
export type Keyboard = readonly (readonly KeyboardButton[])[];

export interface EditOptions {
  /** Shows a button that stops this turn, until the next edit without it. */
  readonly stopButton?: TurnId;
  /** Shows these buttons, until the next edit without them. Not together with a stop button. */
  readonly keyboard?: Keyboard;
}

export interface SendOptions extends EditOptions {
  readonly silent?: boolean;
  readonly replyToMessageId?: number;
}

/** A line in a menu of commands. */
export interface CommandHint {
  readonly name: string;
  readonly description: string;
}

/** Speaks to one channel. Only addresses that passed the access check reach it. A channel that cannot be reached is a wait. */
export interface Messenger {
  send(to: LaneAddress, part: RenderedPart, options: SendOptions, permit: Permit): Promise<SendOutcome>;
  /** Repeating an edit is safe: "not modified" counts as edited. A chat that has moved answers `gone`. */
  edit(
    to: LaneAddress,
    messageId: number,
    part: RenderedPart,
    options: EditOptions,
    permit: Permit,
  ): Promise<EditOutcome>;
  /**
   * Looks for the bot's first message behind `afterMessageId`, a few numbers far: what became of a send without an answer.
   * A button under that message may go; nothing else changes.
   */
  findOwn(to: LaneAddress, afterMessageId: number, permit: Permit): Promise<FindOutcome>;
  /**
   * Shows an unfinished answer in the channel's own way, with a button that stops its turn: for about 30 s, or until the bot's
   * next message. It is no message; showing more of it replaces it. Private chats only, where the channel has it at all.
   */
  showDraft(to: LaneAddress, turn: TurnId, part: RenderedPart, permit: Permit): Promise<CourtesyOutcome>;
  /** Repeating a removal is safe: what is not there counts as removed. */
  remove(to: LaneAddress, messageId: number, permit: Permit): Promise<CourtesyOutcome>;
  /** Goes from a group, for good. Repeating it is safe: where the bot is not any more, it has left. */
  leave(to: LaneAddress, permit: Permit): Promise<CourtesyOutcome>;
  /** Replaces the menu of commands that the channel shows in this chat. Repeating it is safe. */
  offerCommands(to: LaneAddress, commands: readonly CommandHint[], permit: Permit): Promise<CourtesyOutcome>;
  /** Lasts about 5 seconds. */
  typing(to: LaneAddress, permit: Permit): Promise<CourtesyOutcome>;
}

/** A text that comes as a file. */
export interface ReplyFile {
  /** With its ending; without a folder. */
  readonly name: string;
  readonly content: string;
}

/** Turns the model's Markdown into messages. Pure. */
export interface ReplyRenderer {
  /** All parts of a finished reply, in order. Empty for an empty reply. */
  final(markdown: string): readonly RenderedPart[];
  /** One part that shows an unfinished reply. */
  preview(markdown: string): RenderedPart;
  /** A file with a line below it, in plain words. It can be sent and not edited. */
  document(file: ReplyFile, caption: string): RenderedPart;
  /**
   * A message with a file from the media store, an album for several, then what of the first one's caption did not fit, as
   * texts. It can be sent and not edited.
   */
  files(group: readonly OutgoingFile[]): readonly [RenderedPart, ...RenderedPart[]];
}
