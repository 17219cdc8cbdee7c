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
  Undeliverable,
  WaitOutcome,
  WithheldOutcome,
} from '@agent-claw/core';
import { ageAllowedIn } from './access-view.ts';
import type { AccessView } from './access-view.ts';
import { permitFor } from './lease-keeper.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

export interface ChatDeps {
  readonly messenger: Messenger;
  readonly clock: Clock;
  readonly log: Log;
  readonly access: AccessView;
  /** The bot that this deployment speaks as; lanes of another one are not its own. */
  readonly botId: string;
}

/** Why the chat said nothing: the lease is gone, or the leg's time is up. */
export type Silence = { readonly kind: 'lease_lost' } | { readonly kind: 'unfinished' };
type ChannelOutcome = SendOutcome | EditOutcome | FindOutcome | CourtesyOutcome;
type Said<T> = Exclude<T, WithheldOutcome | MovedOutcome> | Silence | Undeliverable | WaitOutcome;

/**
 * The lane's place in its channel. Every call, courtesies included, passes the same gate at the moment it is made: lease,
 * deadline, access, and the silence that the channel asked for in any earlier call.
 */
export interface Chat {
  readonly isGroup: boolean;
  send(part: RenderedPart, options: SendOptions): Promise<Said<SendOutcome>>;
  edit(messageId: number, part: RenderedPart, options: EditOptions): Promise<Said<EditOutcome>>;
  /** See `Messenger.findOwn`. */
  findOwn(afterMessageId: number): Promise<Said<FindOutcome>>;
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
  const permit = permitFor(keeper, deadline);
  const silence = (): Silence => (keeper.maySend() ? { kind: 'unfinished' } : { kind: 'lease_lost' });

  const gated = async <T extends ChannelOutcome>(call: (to: LaneAddress) => Promise<T>): Promise<Said<T>> => {
    if (permit() === null) return silence();
    // Judged by the lane's own address: where the channel itself says that the chat has moved to, it may follow.
    if (!(await isServed(home, deps, ageAllowedIn(keeper.lane()))))
      return { kind: 'undeliverable', reason: 'no_access' };
    const quietMs = state.quietUntilMs - clock.now();
    if (quietMs > 0) return { kind: 'wait', retryAfterMs: quietMs };
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

  return {
    isGroup: home.place.startsWith('-'),
    send: async (part, options) => {
      const { replyToMessageId: _behind, ...rest } = options;
      // The number of what is quoted means another message in the new place.
      const outcome = await gated((to) => messenger.send(to, part, to === home ? options : rest, permit));
      if (outcome.kind === 'sent' && state.to !== home) here.add(outcome.messageId);
      return outcome;
    },
    edit: async (messageId, part, options) =>
      isBehind(messageId)
        ? { kind: 'gone' }
        : await gated((to) => messenger.edit(to, messageId, part, options, permit)),
    findOwn: (afterMessageId) => gated((to) => messenger.findOwn(to, afterMessageId, permit)),
    remove: async (messageId) =>
      isBehind(messageId) ? { kind: 'done' } : await gated((to) => messenger.remove(to, messageId, permit)),
    typing: () => gated((to) => messenger.typing(to, permit)),
  };
};
