import { hasNativeDrafts } from '@agent-claw/core';
import type { RenderedPart, TurnId } from '@agent-claw/core';
import { findPlaceholder } from './find-sent.ts';
import { NATIVE_DRAFT_EVERY_MS } from '../leg/limits.ts';
import { quoting } from './outbox.ts';
import { trySend } from './send-part.ts';
import type { Outbox } from './outbox.ts';

export type Shown =
  | { readonly kind: 'shown' }
  /** Not shown, for a while. */
  | { readonly kind: 'later'; readonly afterMs: number }
  /** Nothing more is to be shown for this turn. */
  | { readonly kind: 'over' };

/** Where a growing answer is shown: a message of its own, or the channel's own draft. */
export interface DraftSurface {
  show(part: RenderedPart): Promise<Shown>;
  /** True when what is shown is about to vanish by itself, and has to be shown again. */
  isFading(): boolean;
}

/**
 * The lane's choice, where the channel has drafts. One that fails is given up for the rest of the leg: the answer grows in a
 * message then, as it does where an earlier leg has begun one.
 */
export const openDraftSurface = (outbox: Outbox, turnId: TurnId): DraftSurface => {
  const { chat, clock, keeper, ledger, log } = outbox;
  const begun = ledger.get('draft');
  const isChosen = !chat.isGroup && hasNativeDrafts(keeper.lane().settings);
  const state = { isNative: isChosen && (begun === undefined || begun.state === 'not_sent'), shownAtMs: 0 };

  const showNative = async (part: RenderedPart): Promise<Shown> => {
    const outcome = await chat.showDraft(turnId, part);
    switch (outcome.kind) {
      case 'done':
        state.shownAtMs = clock.now();
        return { kind: 'shown' };
      case 'wait':
        return { kind: 'later', afterMs: outcome.retryAfterMs };
      case 'failed':
      case 'undeliverable':
        log.warn('native_draft_failed', { outcome: outcome.kind });
        state.isNative = false;
        return { kind: 'later', afterMs: 0 };
      case 'unfinished':
      case 'lease_lost':
        return { kind: 'over' };
    }
  };

  return {
    show: (part) => (state.isNative ? showNative(part) : showPlaceholder(outbox, turnId, part)),
    isFading: () => state.isNative && clock.now() - state.shownAtMs >= NATIVE_DRAFT_EVERY_MS,
  };
};

const showPlaceholder = async (outbox: Outbox, turnId: TurnId, part: RenderedPart): Promise<Shown> => {
  const placeholder = outbox.ledger.get('draft');
  // A placeholder is tried once: one whose fate is unknown cannot be edited, and a second one would stay for ever.
  if (placeholder !== undefined && placeholder.state !== 'not_sent' && placeholder.messageId === undefined)
    return (await findPlaceholder(outbox)).kind === 'delivered' ? { kind: 'later', afterMs: 0 } : { kind: 'over' };
  const outcome =
    placeholder?.messageId === undefined
      ? await trySend(outbox, 'draft', part, { ...quoting(outbox), silent: true, stopButton: turnId })
      : await outbox.chat.edit(placeholder.messageId, part, { stopButton: turnId });
  switch (outcome.kind) {
    case 'delivered':
    case 'edited':
      return { kind: 'shown' };
    case 'wait':
      return { kind: 'later', afterMs: outcome.retryAfterMs };
    case 'in_doubt':
      return { kind: 'later', afterMs: 0 };
    case 'gone':
    case 'undeliverable':
    case 'unfinished':
    case 'lease_lost':
      return { kind: 'over' };
  }
};
