import { isPrivateLane, laneAddressOf } from '@agent-claw/core';
import type { InboxEntry, Lane } from '@agent-claw/core';
import type { DeskAnswer } from '../access/access-cards.ts';
import { accessOrderOf, activationOrderOf } from '../access/access-order.ts';
import { IN_GROUP_TEXT } from '../access/group-text.ts';
import { IN_PRIVATE_TEXT, REFUSED_TEXT } from '../access/access-text.ts';
import { commandReply } from './command-reply.ts';
import type { CommandReply } from './command-reply.ts';
import { fileReply } from './file-commands.ts';
import type { FileCommandDeps } from './file-commands.ts';
import type { CardDeps } from '../cards/show-card.ts';

export interface AnswerCommandDeps extends CardDeps, FileCommandDeps {
  /** Of what is deployed. */
  readonly version: string;
}

/** Answers what needs no model: questions, notices, and the owner's orders about access. */
export const answerCommand = async (
  deps: AnswerCommandDeps,
  entry: InboxEntry,
  lane: Lane,
  nowMs: number,
): Promise<CommandReply> => {
  const access = await deps.access();
  const home = laneAddressOf(lane.laneId);
  if (entry.notice !== undefined && entry.notice !== 'welcome')
    return toReply(await deps.accessDesk({ kind: entry.notice }, entry, access), access.ownerId);
  const activation = entry.kind === 'command' ? activationOrderOf(entry.command) : null;
  if (activation !== null) {
    if (entry.sender.id !== access.ownerId) return { markdown: REFUSED_TEXT };
    if (!home.place.startsWith('-')) return { markdown: IN_GROUP_TEXT };
    return toReply(await deps.accessDesk({ ...activation, place: home.place }, entry, access), access.ownerId);
  }
  const order = entry.kind === 'command' ? accessOrderOf(entry.command) : null;
  if (order === null) {
    const isOwnersStart = entry.kind === 'command' && entry.command?.name === 'start' && isPrivateLane(home, access);
    if (isOwnersStart) await deps.accessDesk({ kind: 'greet' }, entry, access);
    const shown = await fileReply(deps, entry, lane, access);
    return shown ?? commandReply(entry, { lane, access, nowMs, version: deps.version });
  }
  if (entry.sender.id !== access.ownerId) return { markdown: REFUSED_TEXT };
  // A group would read the code and the names.
  if (!isPrivateLane(home, access)) return { markdown: IN_PRIVATE_TEXT };
  return toReply(await deps.accessDesk(order, entry, access), access.ownerId);
};

/** Whatever the desk asks, it asks the owner. */
const toReply = ({ markdown, rows, expiresAtMs }: DeskAnswer, ownerId: string): CommandReply =>
  rows === undefined || rows.length === 0 || expiresAtMs === undefined
    ? { markdown }
    : { markdown: '', card: { markdown, rows, expiresAtMs, userId: ownerId } };
