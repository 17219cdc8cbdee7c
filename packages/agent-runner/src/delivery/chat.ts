import { laneAddressOf, laneIdOf, mayReceive } from '@agent-claw/core';
import type {
  AccessList,
  Clock,
  CourtesyOutcome,
  EditOptions,
  EditOutcome,
  FindOutcome,
  LaneAddress,
  Log,
  Messenger,
  MovedOutcome,
  RenderedPart,
  SendOptions,
  SendOutcome,
  TurnId,
  Undeliverable,
  WaitOutcome,
  WithheldOutcome,
} from '@agent-claw/core';
import { ageAllowedIn } from '../access/access-view.ts';
import type { AccessView } from '../access/access-view.ts';
import { permitFor } from '../leg/lease-keeper.ts';
import type { LeaseKeeper } from '../leg/lease-keeper.ts';
import type { ChatPaces } from './pace.ts';

export interface ChatDeps {
  readonly messenger: Messenger;
  readonly clock: Clock;
  readonly log: Log;
  readonly access: AccessView;
  readonly paces: ChatPaces;
  /** The bot that this deployment speaks as; lanes of another one are not its own. */
  readonly botId: string;
}

/** Why the chat said nothing: the lease is gone, or the leg's time is up. */
export type Silence = { readonly kind: 'lease_lost' } | { readonly kind: 'unfinished' };
type ChannelOutcome = SendOutcome | EditOutcome | FindOutcome | CourtesyOutcome;
type Said<T> = Exclude<T, WithheldOutcome | MovedOutcome> | Silence | Undeliverable | WaitOutcome;

/**
 * The lane's place in its channel. Every call, courtesies included, passes the same gate at the moment it is made: lease,
 * deadline, access, and the silence that the channel asked for in any earlier call. What shows something in the chat has
 * one budget: each waits in line until the one before it is far enough away. Typing and removals are outside.
 */
export interface Chat {
  readonly isGroup: boolean;
  /** How long a courtesy that shows something has to wait, in milliseconds: 0 when it may call at once. */
  pauseMs(): number;
  /** Waits until the budget lets something be shown. @returns why it cannot be, or null. */
  free(): Promise<Silence | WaitOutcome | null>;
  send(part: RenderedPart, options: SendOptions): Promise<Said<SendOutcome>>;
  edit(messageId: number, part: RenderedPart, options: EditOptions): Promise<Said<EditOutcome>>;
  /** See `Messenger.findOwn`. */
  findOwn(afterMessageId: number): Promise<Said<FindOutcome>>;
  /** See `Messenger.showDraft`. */
  showDraft(turn: TurnId, part: RenderedPart): Promise<Said<CourtesyOutcome>>;
  remove(messageId: number): Promise<Said<CourtesyOutcome>>;
  typing(): Promise<Said<CourtesyOutcome>>;
}

/** True for a lane of this bot whose place may hear from it at this moment. */
export const isServed = async (
  to: LaneAddress,
  deps: Pick<ChatDeps, 'access' | 'botId'>,
  maxAgeMs?: number,
): Promise<boolean> => isServedBy(to, deps.botId, await deps.access(maxAgeMs));

const isServedBy = (to: LaneAddress, botId: string, access: AccessList): boolean =>
  to.account === botId && mayReceive(to, access);

export const openChat = (deps: ChatDeps, keeper: LeaseKeeper, deadline: AbortSignal): Chat => {
  const { messenger, clock, log } = deps;
  const home = laneAddressOf(keeper.lease.laneId);
  const state = { to: home, quietUntilMs: 0 };
  // What was said before a move stays behind, and its numbers mean other messages in the new place.
  const here = new Set<number>();
  const isBehind = (messageId: number): boolean => state.to !== home && !here.has(messageId);
  const isGroup = home.place.startsWith('-');
  const pace = deps.paces(home);
  const over = AbortSignal.any([deadline, keeper.lost]);
  const mayCall = permitFor(keeper, deadline);
  const permit = pace.noting(mayCall);
  const silence = (): Silence => (keeper.maySend() ? { kind: 'unfinished' } : { kind: 'lease_lost' });
  const hindered = (): Silence | WaitOutcome | null => {
    if (mayCall() === null) return silence();
    const quietMs = state.quietUntilMs - clock.now();
    return quietMs > 0 ? { kind: 'wait', retryAfterMs: quietMs } : null;
  };

  const gated = async <T extends ChannelOutcome>(call: (to: LaneAddress) => Promise<T>): Promise<Said<T>> => {
    if (mayCall() === null) return silence();
    // Judged by the lane's own address: where the channel itself says that the chat has moved to, it may follow.
    if (!(await isServed(home, deps, ageAllowedIn(keeper.lane()))))
      return { kind: 'undeliverable', reason: 'no_access' };
    const hindrance = hindered();
    if (hindrance !== null) return hindrance;
    const outcome = await call(state.to);
    if (outcome.kind === 'withheld') return silence();
    if (outcome.kind === 'moved') return follow(outcome.to, call);
    if (outcome.kind === 'wait') state.quietUntilMs = clock.now() + outcome.retryAfterMs;
    return outcome as Exclude<T, WithheldOutcome | MovedOutcome>;
  };
  /** Once from each address: a channel that sends the bot in circles gets no more calls. */
  const follow = async <T extends ChannelOutcome>(
    to: LaneAddress,
    call: (to: LaneAddress) => Promise<T>,
  ): Promise<Said<T>> => {
    const next = laneIdOf(to);
    if (been.has(next)) return { kind: 'undeliverable', reason: 'moved_in_circles' };
    been.add(next);
    log.warn('chat_moved', { isOtherPlace: to.place !== home.place });
    state.to = to;
    return gated(call);
  };
  const been = new Set<string>([keeper.lease.laneId]);
  const paced = async <T extends ChannelOutcome>(call: (to: LaneAddress) => Promise<T>): Promise<Said<T>> => {
    const hindrance = hindered();
    if (hindrance !== null) return hindrance;
    await pace.take(over);
    return gated(call);
  };

  return {
    isGroup,
    pauseMs: pace.pauseMs,
    free: async () => {
      await pace.free(over);
      return hindered();
    },
    send: async (part, options) => {
      const { replyToMessageId: _behind, ...rest } = options;
      // The number of what is quoted means another message in the new place.
      const outcome = await paced((to) => messenger.send(to, part, to === home ? options : rest, permit));
      if (outcome.kind === 'sent' && state.to !== home) here.add(outcome.messageId);
      return outcome;
    },
    edit: async (messageId, part, options) =>
      isBehind(messageId)
        ? { kind: 'gone' }
        : await paced((to) => messenger.edit(to, messageId, part, options, permit)),
    findOwn: (afterMessageId) => paced((to) => messenger.findOwn(to, afterMessageId, permit)),
    showDraft: (turn, part) => paced((to) => messenger.showDraft(to, turn, part, permit)),
    remove: async (messageId) =>
      isBehind(messageId) ? { kind: 'done' } : await gated((to) => messenger.remove(to, messageId, mayCall)),
    typing: () => gated((to) => messenger.typing(to, mayCall)),
  };
};
