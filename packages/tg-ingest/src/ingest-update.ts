import { admit, laneAddressOf } from '@agent-claw/core';
import type { AccessList, Clock, LaneId, Mailbox, WakeQueue } from '@agent-claw/core';
import { entryOf, laneOf, visitorOf } from '@agent-claw/telegram/inbound';
import type { Bot } from '@agent-claw/telegram/inbound';
import { parseUpdate } from '@agent-claw/telegram/parse-update';

export interface IngestDeps {
  readonly mailbox: Mailbox;
  readonly wakes: WakeQueue;
  readonly access: AccessList;
  readonly bot: Bot;
  readonly clock: Clock;
}

export type IngestOutcome =
  /** In the inbox and rung, now or by an earlier delivery: Telegram may forget it. */
  | { readonly kind: 'accepted'; readonly updateId: number; readonly laneId: LaneId }
  /** Authentic, but nothing that we answer. Telegram may forget it too: sending it again would change nothing. */
  | { readonly kind: 'ignored'; readonly updateId: number; readonly reason: string }
  /** No usable update id. */
  | { readonly kind: 'unusable' }
  /** The inbox is full: Telegram keeps the update, and those after it, in order. */
  | { readonly kind: 'full'; readonly updateId: number; readonly laneId: LaneId };

/** Albums arrive as one update per picture; the ring waits for the rest so that they make one turn. */
const ALBUM_SETTLE_S = 1;

/**
 * Puts an authentic update where the runner finds it. Append first, ring second: a ring without an entry is harmless, an
 * entry without a ring waits. A duplicate rings too, because the crash may have come between the two.
 */
export const createIngestUpdate =
  (deps: IngestDeps) =>
  async (json: unknown): Promise<IngestOutcome> => {
    const update = parseUpdate(json);
    if (update.kind === 'unusable') return { kind: 'unusable' };
    const { updateId } = update;
    if (update.kind === 'ignored') return { kind: 'ignored', updateId, reason: update.reason };
    if (update.kind === 'edited_message') return { kind: 'ignored', updateId, reason: 'edited_message' };
    const admission = admit(visitorOf(update.message, deps.bot), deps.access);
    if (admission.kind === 'refused') return { kind: 'ignored', updateId, reason: admission.reason };
    const entry = entryOf(updateId, update.message, deps.bot);
    if (entry === null) return { kind: 'ignored', updateId, reason: 'no_content' };
    const laneId = laneOf(update.message, deps.bot);
    const appended = await deps.mailbox.append({ laneId, entry, nowMs: deps.clock.now() });
    if (appended.kind === 'full') return { kind: 'full', updateId, laneId };
    await deps.wakes.ring(laneId, entry.albumId === undefined ? {} : { delayS: ALBUM_SETTLE_S });
    return { kind: 'accepted', updateId, laneId };
  };

/** The webhook's answer carries the typing action, at no cost; it holds validated ids and nothing else from the input. */
export const typingAction = (laneId: LaneId): string => {
  const { place, thread } = laneAddressOf(laneId);
  return JSON.stringify({
    method: 'sendChatAction',
    chat_id: Number(place),
    action: 'typing',
    ...(thread === undefined ? {} : { message_thread_id: Number(thread) }),
  });
};
