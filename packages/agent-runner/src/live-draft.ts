import type { ReplyRenderer } from '@agent-claw/core';
import { DRAFT_AFTER_MS, EDIT_EVERY_MS } from './limits.ts';
import { sendPart } from './send-part.ts';
import type { Outbox } from './send-part.ts';

/** Shows an answer while it grows: one silent placeholder that is edited at a pace Telegram tolerates. */
export interface LiveDraft {
  append(delta: string): void;
  /** A line about a running tool, below the text; null when it has finished. It never gets into the final answer. */
  progress(line: string | null): void;
  /** The run started over: forget its text. */
  restart(): void;
  /** Stops drawing and waits for a call under way. The placeholder's id is in the ledger. */
  settle(): Promise<void>;
}

const textWithProgress = (text: string, line: string | null): string =>
  [text, line === null ? '' : `_${line} …_`].filter(Boolean).join('\n\n');

export const startLiveDraft = (outbox: Outbox, renderer: ReplyRenderer): LiveDraft => {
  const { clock, keeper, ledger, messenger, to, log } = outbox;
  const settled = new AbortController();
  const over = AbortSignal.any([settled.signal, keeper.lost]);
  const state = { text: '', line: null as string | null, shown: '', drawing: undefined as Promise<void> | undefined };
  const paceMs = to.place.startsWith('-') ? EDIT_EVERY_MS.group : EDIT_EVERY_MS.private;

  /** @returns how long to pause, or null to stop drawing for this turn. */
  const draw = async (): Promise<number | null> => {
    const wanted = textWithProgress(state.text, state.line);
    if (wanted === '' || wanted === state.shown || !keeper.maySend()) return paceMs;
    const part = renderer.preview(`${wanted} …`);
    const placeholder = ledger.get('draft');
    if (placeholder === undefined || placeholder.state === 'not_sent') {
      const sent = await sendPart(outbox, 'draft', part, { silent: true });
      state.shown = wanted;
      return sent.kind === 'delivered' ? paceMs : sent.kind === 'wait' ? sent.retryAfterMs : null;
    }
    // Sent by an earlier leg that crashed before it learned the id: it cannot be edited, the answer comes as a fresh message.
    if (placeholder.messageId === undefined) return null;
    const edited = await messenger.edit(to, placeholder.messageId, part);
    if (edited.kind === 'edited') state.shown = wanted;
    return edited.kind === 'wait'
      ? edited.retryAfterMs
      : edited.kind === 'gone' || edited.kind === 'undeliverable'
        ? null
        : paceMs;
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
      state.line = line;
      if (line !== null) begin();
    },
    restart() {
      state.text = '';
      state.line = null;
    },
    async settle() {
      settled.abort();
      await state.drawing;
    },
  };
};
