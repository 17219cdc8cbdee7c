import { isPrivateLane, laneAddressOf } from '@agent-claw/core';
import type { InboxEntry, Lane } from '@agent-claw/core';
import type { AccessDesk } from './access-desk.ts';
import { accessOrderOf, activationOrderOf } from './access-order.ts';
import { IN_GROUP_TEXT } from './group-text.ts';
import { IN_PRIVATE_TEXT, REFUSED_TEXT } from './access-text.ts';
import type { AccessView } from './access-view.ts';
import { commandReply } from './command-reply.ts';
import type { CommandReply } from './command-reply.ts';
import { fileReply } from './file-commands.ts';
import type { OpenFiles } from './file-commands.ts';
import type { MenuDeps } from './show-menu.ts';

export interface AnswerCommandDeps extends MenuDeps {
  readonly access: AccessView;
  readonly accessDesk: AccessDesk;
  readonly openFiles: OpenFiles;
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
  if (entry.notice === 'joined' || entry.notice === 'moved')
    return { markdown: await deps.accessDesk({ kind: entry.notice }, entry, access) };
  const activation = entry.kind === 'command' ? activationOrderOf(entry.command) : null;
  if (activation !== null) {
    if (entry.sender.id !== access.ownerId) return { markdown: REFUSED_TEXT };
    if (!home.place.startsWith('-')) return { markdown: IN_GROUP_TEXT };
    return { markdown: await deps.accessDesk({ ...activation, place: home.place }, entry, access) };
  }
  const order = entry.kind === 'command' ? accessOrderOf(entry.command) : null;
  if (order === null) {
    const shown = await fileReply(deps.openFiles, entry, lane, access);
    return shown ?? commandReply(entry, { lane, access, nowMs });
  }
  if (entry.sender.id !== access.ownerId) return { markdown: REFUSED_TEXT };
  // A group would read the code and the names.
  if (!isPrivateLane(home, access)) return { markdown: IN_PRIVATE_TEXT };
  return { markdown: await deps.accessDesk(order, entry, access) };
};
