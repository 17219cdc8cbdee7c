import type { ReplyRenderer, TurnId } from '@agent-claw/core';
import { findPlaceholder } from './find-sent.ts';
import { DRAFT_AFTER_MS, EDIT_EVERY_MS } from './limits.ts';
import { quoting, trySend } from './send-part.ts';
import type { Outbox } from './send-part.ts';

/**
 * Shows an answer while it grows: one silent placeholder that is edited at a pace Telegram tolerates. Disposing stops the
 * drawing and waits for a call under way; the placeholder's id is in the ledger.
 */
export interface LiveDraft extends AsyncDisposable {
  append(delta: string): void;
  /** A line about a running tool, below the text; null when it has finished. It never gets into the final answer. */
  progress(line: string | null): void;
  /** The run started over: its text is drawn anew. */
  restart(): void;
  /** What the run has said, as far as this leg knows; what an earlier run said while the new one is silent. */
  said(): string;
}

const textWithProgress = (text: string, line: string | null): string =>
  [text, line === null ? '' : `_${line} …_`].filter(Boolean).join('\n\n');

export const startLiveDraft = (outbox: Outbox, renderer: ReplyRenderer, turnId: TurnId): LiveDraft => {
  const { chat, clock, keeper, ledger, log } = outbox;
  const settled = new AbortController();
  const over = AbortSignal.any([settled.signal, keeper.lost]);
  const state = {
    text: '',
    before: '',
    line: null as string | null,
    shown: '',
    drawing: undefined as Promise<void> | undefined,
  };
  const paceMs = chat.isGroup ? EDIT_EVERY_MS.group : EDIT_EVERY_MS.private;

  /** @returns how long to pause, or null to stop drawing for this turn. */
  const draw = async (): Promise<number | null> => {
    // Part of the answer is out, perhaps in the placeholder itself: it must not become half a text again.
    if (ledger.parts().some((key) => /^(?:p|f|fp|a|m)\d/u.test(key))) return null;
    const wanted = textWithProgress(state.text, state.line);
    if (wanted === '' || wanted === state.shown) return paceMs;
    const part = renderer.preview(`${wanted} …`);
    const placeholder = ledger.get('draft');
    // A placeholder is tried once: one whose fate is unknown cannot be edited, and a second one would stay for ever.
    if (placeholder !== undefined && placeholder.state !== 'not_sent' && placeholder.messageId === undefined)
      return (await findPlaceholder(outbox)).kind === 'delivered' ? 0 : null;
    const outcome =
      placeholder?.messageId === undefined
        ? await trySend(outbox, 'draft', part, { ...quoting(outbox), silent: true, stopButton: turnId })
        : await chat.edit(placeholder.messageId, part, { stopButton: turnId });
    switch (outcome.kind) {
      case 'delivered':
      case 'edited':
        state.shown = wanted;
        return paceMs;
      case 'wait':
        return Math.max(paceMs, outcome.retryAfterMs);
      case 'in_doubt':
        return paceMs;
      case 'gone':
      case 'undeliverable':
      case 'unfinished':
      case 'lease_lost':
        return null;
    }
  };

  const run = async (): Promise<void> => {
    await clock.sleep(DRAFT_AFTER_MS, over);
    while (!over.aborted) {
      const pauseMs = await draw();
      if (pauseMs === null) return;
      await clock.sleep(pauseMs, over);
    }
  };

  const begin = (): void => {
    state.drawing ??= run().catch((error: unknown) => {
      // A draft is a courtesy; the answer itself is delivered through the ledger.
      log.error('draft_failed', error);
    });
  };

  return {
    append(delta) {
      state.text += delta;
      begin();
    },
    progress(line) {
      // Asked for each time: it may be switched while the turn runs.
      if (keeper.lane().settings?.progress === false) return;
      state.line = line;
      if (line !== null) begin();
    },
    said: () => (state.text === '' ? state.before : state.text),
    restart() {
      state.before = state.text === '' ? state.before : state.text;
      state.text = '';
      state.line = null;
    },
    [Symbol.asyncDispose]: async () => {
      settled.abort();
      await state.drawing;
    },
  };
};
