import type { RenderedPart, ReplyRenderer } from '@agent-claw/core';
import { FRESH_MESSAGE_AFTER_MS } from './limits.ts';
import { editPlaceholder, sendPart } from './send-part.ts';
import type { Delivery, Outbox } from './send-part.ts';

export interface Reply {
  readonly markdown: string;
  readonly startedAtMs: number;
  readonly replyToMessageId?: number;
}

const partKey = (index: number): string => `p${index}`;

/**
 * Delivers a finished reply. A quick one becomes the last edit of its placeholder, which may be repeated without harm; one
 * that took longer than 20 s is sent afresh, so that the phone rings, and the placeholder is removed afterwards.
 */
export const deliverReply = async (outbox: Outbox, renderer: ReplyRenderer, reply: Reply): Promise<Delivery> => {
  const { ledger, clock } = outbox;
  const [first, ...rest] = renderer.final(reply.markdown);
  if (first === undefined) return { kind: 'delivered' };
  const placeholder = ledger.get('draft')?.messageId;
  const laterPartsOut = ledger.parts().some((key) => /^p[1-9]/u.test(key));
  // Once later parts are out the first stays where it is: a fresh one would land below them.
  const isFresh =
    ledger.get(partKey(0)) !== undefined ||
    (clock.now() - reply.startedAtMs > FRESH_MESSAGE_AFTER_MS && !laterPartsOut);

  const opening = await openReply(outbox, first, reply, placeholder === undefined || isFresh ? undefined : placeholder);
  if (opening.kind !== 'delivered') return opening;
  for (const [index, part] of rest.entries()) {
    const delivery = await sendPart(outbox, partKey(index + 1), part, { silent: true });
    if (delivery.kind !== 'delivered') return delivery;
  }
  if (placeholder !== undefined && opening.messageId !== placeholder && outbox.keeper.maySend()) {
    await outbox.messenger.remove(outbox.to, placeholder);
  }
  return opening;
};

const openReply = async (
  outbox: Outbox,
  part: RenderedPart,
  reply: Reply,
  placeholder: number | undefined,
): Promise<Delivery> => {
  if (placeholder !== undefined) {
    const edited = await editPlaceholder(outbox, placeholder, part);
    if (edited.kind !== 'gone' && edited.kind !== 'undeliverable') return edited;
  }
  return sendPart(
    outbox,
    partKey(0),
    part,
    reply.replyToMessageId === undefined ? {} : { replyToMessageId: reply.replyToMessageId },
  );
};
