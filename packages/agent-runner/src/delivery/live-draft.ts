import type { ReplyRenderer, TurnEvent, TurnId } from '@agent-claw/core';
import { openDraftSurface } from './draft-surface.ts';
import { DRAFT_AFTER_MS, PACE_MS } from '../leg/limits.ts';
import { progressLines } from './progress-lines.ts';
import type { Outbox } from './outbox.ts';

type ToolEvent = Extract<TurnEvent, { type: 'tool_started' | 'tool_finished' }>;

/**
 * Shows an answer while it grows, at a pace Telegram tolerates: in one silent placeholder that is edited, or in a draft of the
 * channel's own. Disposing stops the drawing and waits for a call under way; a placeholder's id is in the ledger.
 */
export interface LiveDraft extends AsyncDisposable {
  append(delta: string): void;
  /** Each tool that runs has a line below the text. It never gets into the final answer. */
  progress(event: ToolEvent): void;
  /** The run started over: its text is drawn anew. */
  restart(): void;
  /** What the run has said, as far as this leg knows; what an earlier run said while the new one is silent. */
  said(): string;
}

export const startLiveDraft = (outbox: Outbox, renderer: ReplyRenderer, turnId: TurnId): LiveDraft => {
  const { chat, clock, keeper, ledger, log } = outbox;
  const settled = new AbortController();
  const over = AbortSignal.any([settled.signal, keeper.lost]);
  const state = { text: '', before: '', shown: '', drawing: undefined as Promise<void> | undefined };
  const tools = progressLines();
  const surface = openDraftSurface(outbox, turnId);
  const paceMs = chat.isGroup ? PACE_MS.group : PACE_MS.private;
  // Asked for each time: it may be switched while the turn runs.
  const showsTools = (): boolean => keeper.lane().settings?.progress !== false;

  /** @returns how long to pause, or null to stop drawing for this turn. */
  const draw = async (): Promise<number | null> => {
    // Part of the answer is out, perhaps in the placeholder itself: it must not become half a text again.
    if (ledger.parts().some((key) => /^(?:p|f|fp|a|m)\d/u.test(key))) return null;
    const wanted = [state.text, showsTools() ? tools.markdown(clock.now()) : ''].filter(Boolean).join('\n\n');
    if (wanted === '' || (wanted === state.shown && !surface.isFading())) return paceMs;
    // A courtesy: whoever waits for an answer goes first.
    const pauseMs = chat.pauseMs();
    if (pauseMs > 0) return pauseMs;
    const shown = await surface.show(renderer.preview(`${wanted} …`));
    if (shown.kind === 'over') return null;
    if (shown.kind === 'later') return shown.afterMs;
    state.shown = wanted;
    return paceMs;
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
    progress(event) {
      if (event.type === 'tool_finished') return tools.finished(event.name);
      const { name, summary, startedAtMs: sinceMs = clock.now() } = event;
      tools.started({ name, summary, sinceMs });
      if (showsTools()) begin();
    },
    said: () => (state.text === '' ? state.before : state.text),
    restart() {
      state.before = state.text === '' ? state.before : state.text;
      state.text = '';
      tools.clear();
    },
    [Symbol.asyncDispose]: async () => {
      settled.abort();
      await state.drawing;
    },
  };
};
