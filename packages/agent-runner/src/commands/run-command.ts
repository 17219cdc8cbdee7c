import { behindEntryId, commandIn, heartbeatEntry, takenBy } from '@agent-claw/core';
import type { ActiveTurn, InboxEntry, Lane, LaneStore, ReplyRenderer } from '@agent-claw/core';
import { answerCommand } from './answer-command.ts';
import type { AnswerCommandDeps } from './answer-command.ts';
import type { CommandReply } from './command-reply.ts';
import { deliverReply } from '../delivery/deliver-reply.ts';
import { EDIT_PREFIX } from '../delivery/find-sent.ts';
import { stopText } from '../delivery/failure-text.ts';
import type { Delivery, Outbox } from '../delivery/outbox.ts';
import { sendCard } from '../cards/show-card.ts';
import { answerPress, applySettings, sendMenu } from '../cards/show-menu.ts';
import { resultOf } from '../delivery/turn-result.ts';
import type { TurnResult } from '../delivery/turn-result.ts';

export interface RunCommandDeps extends AnswerCommandDeps {
  readonly lanes: LaneStore;
  readonly renderer: ReplyRenderer;
}

/** Answers what needs no model: a command, or a stop that came while nothing ran. */
export const createRunCommand =
  (deps: RunCommandDeps) =>
  async (outbox: Outbox, turn: ActiveTurn, isNew: boolean): Promise<TurnResult> => {
    const { keeper } = outbox;
    if (isNew && !keeper.accept(await deps.lanes.saveTurn(keeper.lease, turn))) return { kind: 'lease_lost' };
    const lane = keeper.lane();
    const entries = takenBy(lane, turn);
    const [entry] = entries;
    if (entry === undefined) return { kind: 'answered', answered: turn.taken };
    // A button of a turn that is over by now: whoever pressed it can see that.
    if (entries.every(({ stopsTurn }) => stopsTurn !== undefined)) return { kind: 'answered', answered: turn.taken };
    if (entry.kind === 'button')
      return resultOf(await answerPress(deps, outbox, `${EDIT_PREFIX}${entry.id}`, entry), turn.taken);
    const isStop = entries.some(({ kind }) => kind === 'stop');
    const reply: CommandReply = isStop
      ? { markdown: stopText(entries.filter(({ kind }) => kind !== 'stop').length) }
      : await answerCommand(deps, entry, lane, outbox.clock.now());
    const delivery = await say(deps, outbox, turn, entry, reply);
    const result = resultOf(delivery, turn.taken);
    return result.kind === 'answered' ? { ...result, ...changesOf(reply, lane, entry, outbox.clock.now()) } : result;
  };

const say = async (
  deps: RunCommandDeps,
  outbox: Outbox,
  { startedAtMs }: ActiveTurn,
  { sender }: InboxEntry,
  reply: CommandReply,
): Promise<Delivery> => {
  if (!(await applySettings(outbox, 'p0', reply.settings))) return { kind: 'lease_lost' };
  if (reply.menu !== undefined) return sendMenu(deps, outbox, 'p0', reply.menu, { sender });
  if (reply.card !== undefined) return sendCard(deps, outbox, 'p0', reply.card);
  return deliverReply(outbox, deps.renderer, { ...reply, startedAtMs });
};

const changesOf = (
  { newConversation, retries, checks }: CommandReply,
  lane: Lane,
  entry: InboxEntry,
  nowMs: number,
) => ({
  ...(newConversation === true ? { newConversation, ...saidBehind(entry) } : {}),
  ...(checks === true ? { requeued: checkAt(nowMs) } : {}),
  ...(retries === true ? { requeued: lane.parked ?? {}, parked: {} } : {}),
});

/** What was said or sent together with /new is the first message of the new conversation. */
const saidBehind = ({ command: _new, ...entry }: InboxEntry): { readonly requeued?: Lane['inbox'] } => {
  // From the text, which also has what stands behind its words.
  const text = commandIn(entry.text)?.args ?? '';
  if (text === '' && entry.attachments === undefined) return {};
  // An id of its own: the write that brings it back takes the command away. An edit makes another command of the same message.
  const id = behindEntryId(entry.editSequence ?? entry.sequence);
  return { requeued: { [id]: { ...entry, id, kind: 'message', text } } };
};

const checkAt = (nowMs: number): Lane['inbox'] => {
  const entry = heartbeatEntry(nowMs);
  return { [entry.id]: entry };
};
