import { asidesIn, isOfSomebodyKnown } from '@agent-claw/core';
import type { EntryId, InboxEntry, ReplyRenderer } from '@agent-claw/core';
import { answerCommand } from './answer-command.ts';
import type { AnswerCommandDeps } from './answer-command.ts';
import { partsOf } from '../delivery/deliver-reply.ts';
import { EDIT_PREFIX } from '../delivery/find-sent.ts';
import { sendPart } from '../delivery/send-part.ts';
import type { Delivery, Outbox } from '../delivery/outbox.ts';
import { sendCard } from '../cards/show-card.ts';
import { answerPress, applySettings, sendMenu } from '../cards/show-menu.ts';
import type { TurnResult } from '../delivery/turn-result.ts';

export interface AsideDeps extends AnswerCommandDeps {
  readonly renderer: ReplyRenderer;
}

const keyOf = ({ id, kind }: InboxEntry): string => (kind === 'button' ? `${EDIT_PREFIX}${id}` : `c-${id}`);

const answerOne = async (deps: AsideDeps, outbox: Outbox, entry: InboxEntry): Promise<Delivery> => {
  const { ledger } = outbox;
  // Somebody whose access has gone hears nothing. In a private chat the chat's own gate says so.
  const isDropped = outbox.chat.isGroup && !isOfSomebodyKnown(entry, await deps.access());
  const delivery: Delivery = isDropped
    ? { kind: 'undeliverable', reason: 'no_access' }
    : await sayAside(deps, outbox, entry);
  // Over as well: trying again would end the same way.
  if (delivery.kind === 'undeliverable' && !(await ledger.note(keyOf(entry), { state: 'sent' })))
    return { kind: 'lease_lost' };
  return delivery;
};

const sayAside = async (deps: AsideDeps, outbox: Outbox, entry: InboxEntry): Promise<Delivery> => {
  const { keeper, clock } = outbox;
  if (entry.kind === 'button') return answerPress(deps, outbox, keyOf(entry), entry);
  const reply = await answerCommand(deps, entry, keeper.lane(), clock.now());
  if (!(await applySettings(outbox, keyOf(entry), reply.settings))) return { kind: 'lease_lost' };
  if (reply.menu !== undefined) return sendMenu(deps, outbox, keyOf(entry), reply.menu, entry);
  if (reply.card !== undefined) return sendCard(deps, outbox, keyOf(entry), reply.card, entry.messageId);
  const parts = partsOf(deps.renderer, reply);
  const options = entry.messageId === undefined ? {} : { replyToMessageId: entry.messageId };
  let delivery: Delivery = { kind: 'delivered' };
  for (const [index, part] of parts.entries()) {
    // The last one has the entry's own key: with it the entry is over.
    const key = index === parts.length - 1 ? keyOf(entry) : `${keyOf(entry)}.${index}`;
    delivery = await sendPart(outbox, key, part, index === 0 ? options : { silent: true });
    if (delivery.kind !== 'delivered') break;
  }
  return delivery;
};

/**
 * Answers questions about the bot itself while a turn runs, through the turn's ledger; they leave the inbox together with
 * the turn. Disposing waits for an answer under way.
 */
export const answerAsides = (deps: AsideDeps, outbox: Outbox): AsyncDisposable => {
  const { keeper, log, clock } = outbox;
  const closed = new AbortController();
  const state = { answering: Promise.resolve(), isRefused: false };

  const answerAll = async (): Promise<void> => {
    try {
      for (const entry of asidesIn(keeper.lane(), clock.now())) {
        if (closed.signal.aborted || keeper.lost.aborted) return;
        if (isOver(outbox, entry)) continue;
        const { kind } = await answerOne(deps, outbox, entry);
        // The channel asks for a long pause, or the lease is gone: what is left is for the legs after this one.
        state.isRefused ||= kind !== 'delivered' && kind !== 'undeliverable';
        if (state.isRefused) return;
      }
    } catch (error) {
      // It stays in the inbox: the next renewal tries again, and after the turn it is a turn of its own.
      log.error('aside_failed', error);
    }
  };
  const answer = (): void => {
    const isOpen = asidesIn(keeper.lane(), clock.now()).some((entry) => !isOver(outbox, entry));
    if (isOpen && !state.isRefused) state.answering = state.answering.then(answerAll);
  };

  answer();
  const unwatch = keeper.watch(answer);
  return {
    [Symbol.asyncDispose]: async () => {
      unwatch();
      closed.abort();
      await state.answering;
    },
  };
};

/** Part of it is out, or may be: a turn of its own would say that part again. */
const isBegun = ({ ledger }: Outbox, entry: InboxEntry): boolean => {
  const key = keyOf(entry);
  const isOut = (part: string): boolean => ledger.get(part)?.state !== 'not_sent';
  return (
    !isOver({ ledger }, entry) &&
    ledger.parts().some((part) => (part === key || part.startsWith(`${key}.`)) && isOut(part))
  );
};

const isOver = ({ ledger }: Pick<Outbox, 'ledger'>, entry: InboxEntry): boolean => {
  const state = ledger.get(keyOf(entry))?.state;
  return state === 'sent' || state === 'in_doubt';
};

/**
 * Adds to a turn's end the asides that were answered while it ran: after the finish its ledger is gone, and they would be
 * answered again. One whose fate is unknown is sent once more first, like any part.
 */
export const settleAsides = async (deps: AsideDeps, outbox: Outbox, result: TurnResult): Promise<TurnResult> => {
  if (result.kind !== 'answered') return result;
  const over: EntryId[] = [];
  for (const entry of asidesIn(outbox.keeper.lane(), outbox.clock.now())) {
    if (isBegun(outbox, entry)) {
      const delivery = await answerOne(deps, outbox, entry);
      if (delivery.kind !== 'delivered' && delivery.kind !== 'undeliverable') return delivery;
    }
    if (isOver(outbox, entry)) over.push(entry.id);
  }
  return { ...result, answered: [...result.answered, ...over] };
};
