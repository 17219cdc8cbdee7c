import { laneAddressOf, mayReceive } from '@agent-claw/core';
import type {
  AccessList,
  Clock,
  CourtesyOutcome,
  EditOutcome,
  LaneAddress,
  Messenger,
  Permit,
  RenderedPart,
  SendOutcome,
  WaitOutcome,
  WithheldOutcome,
} from '@agent-claw/core';
import type { LeaseKeeper } from './lease-keeper.ts';
import { CALL_AFTER_LEASE_MS } from './limits.ts';

export interface SendOptions {
  readonly silent?: boolean;
  readonly replyToMessageId?: number;
}

export interface ChatDeps {
  readonly messenger: Messenger;
  readonly clock: Clock;
  readonly access: AccessList;
  /** The bot that this deployment speaks as; lanes of another one are not its own. */
  readonly botId: string;
}

/** Why the chat said nothing: the lease is gone, or the leg's time is up. */
export type Silence = { readonly kind: 'lease_lost' } | { readonly kind: 'unfinished' };
type Refusal = { readonly kind: 'undeliverable'; readonly reason: string };
type Said<T> = Exclude<T, WithheldOutcome> | Silence | Refusal | WaitOutcome;

/**
 * The lane's place in its channel. Every call, courtesies included, passes the same gate at the moment it is made: lease,
 * deadline, access, and the silence that the channel asked for in any earlier call.
 */
export interface Chat {
  readonly isGroup: boolean;
  send(part: RenderedPart, options: SendOptions): Promise<Said<SendOutcome>>;
  edit(messageId: number, part: RenderedPart): Promise<Said<EditOutcome>>;
  remove(messageId: number): Promise<Said<CourtesyOutcome>>;
  typing(): Promise<Said<CourtesyOutcome>>;
}

export const isServed = (to: LaneAddress, { access, botId }: Pick<ChatDeps, 'access' | 'botId'>): boolean =>
  to.account === botId && mayReceive(to, access);

export const openChat = (deps: ChatDeps, keeper: LeaseKeeper, deadline: AbortSignal): Chat => {
  const { messenger, clock } = deps;
  const to = laneAddressOf(keeper.lease.laneId);
  const state = { quietUntilMs: 0 };
  const permit: Permit = () =>
    keeper.maySend() && !deadline.aborted ? keeper.remainingMs() + CALL_AFTER_LEASE_MS : null;
  const silence = (): Silence => (keeper.maySend() ? { kind: 'unfinished' } : { kind: 'lease_lost' });

  const gated = async <T extends SendOutcome | EditOutcome | CourtesyOutcome>(
    call: () => Promise<T>,
  ): Promise<Said<T>> => {
    if (permit() === null) return silence();
    if (!isServed(to, deps)) return { kind: 'undeliverable', reason: 'no_access' };
    const quietMs = state.quietUntilMs - clock.now();
    if (quietMs > 0) return { kind: 'wait', retryAfterMs: quietMs };
    const outcome = await call();
    if (outcome.kind === 'withheld') return silence();
    if (outcome.kind === 'wait') state.quietUntilMs = clock.now() + outcome.retryAfterMs;
    return outcome as Exclude<T, WithheldOutcome>;
  };

  return {
    isGroup: to.place.startsWith('-'),
    send: (part, options) => gated(() => messenger.send(to, part, options, permit)),
    edit: (messageId, part) => gated(() => messenger.edit(to, messageId, part, permit)),
    remove: (messageId) => gated(() => messenger.remove(to, messageId, permit)),
    typing: () => gated(() => messenger.typing(to, permit)),
  };
};
