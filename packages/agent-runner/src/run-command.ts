import { BOT_COMMANDS, takenBy } from '@agent-claw/core';
import type { AccessList, ActiveTurn, InboxEntry, Lane, LaneStore, ReplyRenderer } from '@agent-claw/core';
import { deliverReply } from './deliver-reply.ts';
import { stopText } from './failure-text.ts';
import { resultOf } from './turn-result.ts';
import type { TurnResult } from './turn-result.ts';
import type { Outbox } from './send-part.ts';

export interface RunCommandDeps {
  readonly lanes: LaneStore;
  readonly renderer: ReplyRenderer;
  readonly access: AccessList;
}

interface CommandReply {
  readonly markdown: string;
  readonly newConversation?: boolean;
}

const HELP = [
  'I am your assistant. Write to me in plain words; I keep notes in your workspace and remember what you ask me to.',
  BOT_COMMANDS.map(({ name, description }) => `/${name} – ${description}`).join('\n'),
  'While I work you can add to what you said: I take it in. To interrupt me, say "stop".',
].join('\n\n');

const statusText = (lane: Lane): string => {
  const waiting = Object.keys(lane.inbox).length - (lane.turn?.taken.length ?? 0);
  return [
    '**Status**',
    `• Conversation: number ${lane.conversationCount + 1}, ${lane.turnCount} turns so far in this chat`,
    `• Waiting: ${waiting === 0 ? 'nothing' : `${waiting} ${waiting === 1 ? 'message' : 'messages'}`}`,
  ].join('\n');
};

const answer = (entry: InboxEntry, lane: Lane, access: AccessList): CommandReply => {
  const name = entry.command?.name ?? '';
  switch (name) {
    case 'start':
      return { markdown: `Hello${entry.sender.name === '' ? '' : ` ${entry.sender.name}`}! ${HELP}` };
    case 'help':
      return { markdown: HELP };
    case 'new':
    case 'reset':
      return { markdown: '✨ New conversation. Your files and memory are still here.', newConversation: true };
    case 'status':
      return { markdown: statusText(lane) };
    case 'whoami':
    case 'id':
      return {
        markdown: `Your Telegram id is \`${entry.sender.id}\`. You are ${entry.sender.id === access.ownerId ? 'my owner' : 'a guest'}.`,
      };
    default:
      return { markdown: `I do not know /${name}. Send /help for what I can do.` };
  }
};

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
    const stopped = entries.some(({ kind }) => kind === 'stop');
    const reply: CommandReply = stopped
      ? { markdown: stopText(entries.filter(({ kind }) => kind !== 'stop').length) }
      : answer(entry, lane, deps.access);
    const result = resultOf(
      await deliverReply(outbox, deps.renderer, { markdown: reply.markdown, startedAtMs: turn.startedAtMs }),
      turn.taken,
    );
    return result.kind === 'answered' && reply.newConversation === true ? { ...result, newConversation: true } : result;
  };
