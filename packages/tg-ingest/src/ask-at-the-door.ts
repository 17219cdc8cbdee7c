import { createHash } from 'node:crypto';
import { admit, accessListOf, claimOwner, EMPTY_ACCESS, isClaim, isPairing, knock, laneIdOf } from '@agent-claw/core';
import type { AccessList, AccessStore, Admission, Clock, InboxEntry, LaneId, Visitor } from '@agent-claw/core';
import type { Bot } from '@agent-claw/telegram/inbound';

export interface DoorDeps {
  readonly access: AccessStore;
  /** Whom the deployment names as owner; empty when it names nobody. */
  readonly ownerId: string;
  readonly bot: Bot;
  readonly clock: Clock;
}

/** A guest may be let in for this long after access was taken away. The runner asks again before it does anything. */
const KNOWN_FOR_MS = 30_000;
/**
 * Somebody who is not known may have been let in a moment ago, and silence cannot be taken back: so the store is asked again.
 * Four times a second at most for each copy of the function, whoever writes and however much: less than the deliveries cost.
 */
export const UNKNOWN_FOR_MS = 250;

const NEVER: ReadonlySet<string> = new Set(['no_sender', 'bot', 'speaks_as_chat']);

/** Asks the gate. The owner's own private chat, and what nobody could ever be let in as, cost no read. */
export const admitVisitor = async (deps: DoorDeps, visitor: Visitor): Promise<Admission> => {
  const byDeployment = admit(visitor, accessListOf(EMPTY_ACCESS, deps.ownerId));
  if (byDeployment.kind === 'admitted' || (byDeployment.kind === 'refused' && NEVER.has(byDeployment.reason)))
    return byDeployment;
  const known = admit(visitor, await listOf(deps, KNOWN_FOR_MS));
  if (known.kind === 'admitted') return known;
  return admit(visitor, await listOf(deps, UNKNOWN_FOR_MS));
};

const listOf = async ({ access, ownerId }: DoorDeps, maxAgeMs: number): Promise<AccessList> =>
  accessListOf(await access.read(maxAgeMs), ownerId);

export type AtTheDoor =
  /** The sender owns the bot now: the message is the first of theirs, in their own lane. */
  | { readonly kind: 'claimed'; readonly laneId: LaneId; readonly entry: InboxEntry }
  /** The owner is to be told, in the owner's lane. */
  | { readonly kind: 'knocked'; readonly laneId: LaneId; readonly entry: InboxEntry }
  | { readonly kind: 'nothing' };

/**
 * What a stranger's private message may do: claim the bot with the code from the deployment, or knock with the owner's pairing
 * code. The message must be nothing but the code, bare or behind /start, and its words go nowhere.
 */
export const askAtTheDoor = async (deps: DoorDeps, entry: InboxEntry): Promise<AtTheDoor> => {
  const code = codeIn(entry);
  if (code === null) return { kind: 'nothing' };
  const { access, ownerId, clock } = deps;
  const { sender } = entry;
  // A wrong code is told from a right one without asking the store again.
  const seen = await access.read(UNKNOWN_FOR_MS);
  const digest = createHash('sha256').update(code).digest('hex');
  if (ownerId === '' && isClaim(seen, digest)) {
    const outcome = await access.update((record) => claimOwner(record, digest, sender, clock.now()));
    return outcome === 'claimed'
      ? { kind: 'claimed', laneId: privateLane(deps, sender.id), entry: asStart(entry, code) }
      : { kind: 'nothing' };
  }
  const isAsking = seen.pairing?.pending[sender.id]?.entryId === entry.id;
  if (!isAsking && !isPairing(seen, code, clock.now())) return { kind: 'nothing' };
  const outcome = await access.update((record) =>
    knock(record, { person: sender, code, entryId: entry.id }, clock.now()),
  );
  const owner = (await listOf(deps, KNOWN_FOR_MS)).ownerId;
  if (outcome === 'refused' || owner === '') return { kind: 'nothing' };
  const { id, sentAtEpochS, sequence } = entry;
  // The owner hears who it is, and nothing that a stranger wrote.
  const notice: InboxEntry = { id, kind: 'notice', notice: 'knock', sentAtEpochS, sequence, sender, text: '' };
  return { kind: 'knocked', laneId: privateLane(deps, owner), entry: notice };
};

/** Bare or not, the code is no message for the agent: whoever claims the bot is greeted. */
const asStart = (entry: InboxEntry, code: string): InboxEntry => ({
  ...entry,
  kind: 'command',
  command: { name: 'start', args: code },
});

const privateLane = ({ bot }: DoorDeps, personId: string): LaneId =>
  laneIdOf({ channel: 'tg', account: bot.id, place: personId });

/** Longer texts are no code of ours. */
const MAX_CODE_CHARS = 64;

const codeIn = ({ kind, text, command, attachments, forwardedFrom }: InboxEntry): string | null => {
  if (attachments !== undefined || forwardedFrom !== undefined) return null;
  const code = command?.name === 'start' ? command.args : kind === 'message' ? text.trim() : '';
  return /^[\w-]+$/u.test(code) && code.length <= MAX_CODE_CHARS ? code : null;
};
