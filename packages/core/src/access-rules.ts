import type { AccessChange, AccessRecord, Pairing, Person } from './access-record.ts';

/** How long a pairing code opens the door. */
export const PAIRING_OPEN_MS = 3_600_000;
/** How many may wait for the owner's word at a time. */
export const PAIRING_MAX_PENDING = 3;
/** More guests would not fit into one item beside everything else, and nobody could look through the list. */
export const MAX_GUESTS = 50;
/** Names come from strangers. */
const MAX_NAME_CHARS = 64;

/** No 0, O, 1 and I: the code is read from one screen and typed on another. 32 letters are 5 bits of a byte. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const CODE_CHARS = 8;

/** A fresh pairing code of 40 bits. */
export const pairingCodeOf = (random: (bytes: number) => Uint8Array): string =>
  Array.from(random(CODE_CHARS), (byte) => LETTERS.charAt(byte % LETTERS.length)).join('');

const shown = ({ id, name }: Person): Person => ({ id, name: Array.from(name).slice(0, MAX_NAME_CHARS).join('') });
const without = <T>(all: Readonly<Record<string, T>>, id: string): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(all).filter(([key]) => key !== id));

/** True when this is the unused code of the owner claim. */
export const isClaim = (record: AccessRecord, digest: string): boolean =>
  record.owner === undefined && record.claim?.digest === digest;

/** True when this is the code of a door that is open. Case does not matter. */
export const isPairing = ({ pairing }: AccessRecord, code: string, nowMs: number): boolean =>
  pairing !== undefined && nowMs < pairing.openUntilMs && pairing.code === code.toUpperCase();

/** Makes the code with this digest the only one that claims the bot; null: none does. Not for a bot that somebody has claimed. */
export const setClaim = (
  record: AccessRecord,
  digest: string | null,
  nowMs: number,
): AccessChange<'set' | 'has_owner'> => {
  if (digest !== null && record.owner !== undefined) return { outcome: 'has_owner' };
  const { claim, ...rest } = record;
  if (digest === null) return claim === undefined ? { outcome: 'set' } : { record: rest, outcome: 'set' };
  return { record: { ...rest, claim: { digest, createdAtMs: nowMs } }, outcome: 'set' };
};

/** Makes the first who has the code the owner, once. A repeated delivery of the owner's own claim changes nothing. */
export const claimOwner = (
  record: AccessRecord,
  digest: string,
  person: Person,
  nowMs: number,
): AccessChange<'claimed' | 'refused'> => {
  if (record.owner?.id === person.id) return { outcome: 'claimed' };
  if (!isClaim(record, digest)) return { outcome: 'refused' };
  const { claim: _used, ...rest } = record;
  const owner = { ...shown(person), claimedAtMs: nowMs };
  return { record: { ...rest, owner, guests: without(record.guests, person.id) }, outcome: 'claimed' };
};

/** Opens the door for an hour. One that is open stays as it is, so that asking twice does not make the first code useless. */
export const openPairing = (record: AccessRecord, code: string, nowMs: number): AccessChange<Pairing> => {
  if (record.pairing !== undefined && nowMs < record.pairing.openUntilMs) return { outcome: record.pairing };
  const pairing = { code, openUntilMs: nowMs + PAIRING_OPEN_MS, pending: {}, denied: [] };
  return { record: { ...record, pairing }, outcome: pairing };
};

/** Shuts the door. Who still waits has to ask again another time. */
export const closePairing = (record: AccessRecord): AccessChange<'closed' | 'was_closed'> => {
  const { pairing, ...rest } = record;
  return pairing === undefined ? { outcome: 'was_closed' } : { record: rest, outcome: 'closed' };
};

export interface Knock {
  readonly person: Person;
  readonly code: string;
  /** The inbox entry that will tell the owner. */
  readonly entryId: string;
}

/**
 * Somebody with the code asks to come in. `asked`: the owner is to be told by this very entry; a second message of somebody
 * who waits already tells nobody.
 */
export const knock = (
  record: AccessRecord,
  { person, code, entryId }: Knock,
  nowMs: number,
): AccessChange<'asked' | 'refused'> => {
  const { pairing } = record;
  const asking = pairing?.pending[person.id];
  if (asking?.entryId === entryId) return { outcome: 'asked' };
  const isWelcome =
    pairing !== undefined &&
    isPairing(record, code, nowMs) &&
    asking === undefined &&
    !pairing.denied.includes(person.id) &&
    Object.keys(pairing.pending).length < PAIRING_MAX_PENDING;
  if (!isWelcome) return { outcome: 'refused' };
  const { id, name } = shown(person);
  const pending = { ...pairing.pending, [id]: { name, askedAtMs: nowMs, entryId } };
  return { record: { ...record, pairing: { ...pairing, pending } }, outcome: 'asked' };
};

export type Decision =
  | { readonly kind: 'done'; readonly name: string }
  /** Nobody that the owner could mean: neither waiting nor, for `revoke`, a guest. */
  | { readonly kind: 'unknown' };

export type Approval =
  | { readonly kind: 'done'; readonly name: string; readonly sinceMs: number }
  | { readonly kind: 'unknown' }
  /** There is no room for one guest more. */
  | { readonly kind: 'full' };

/** Lets in somebody who waits, also when the door has shut meanwhile. Who is a guest already stays one. */
export const approve = (record: AccessRecord, id: string, nowMs: number): AccessChange<Approval> => {
  const { pairing, guests } = record;
  const guest = guests[id];
  if (guest !== undefined) return { outcome: { kind: 'done', ...guest } };
  const asking = pairing?.pending[id];
  if (pairing === undefined || asking === undefined) return { outcome: { kind: 'unknown' } };
  if (Object.keys(guests).length >= MAX_GUESTS) return { outcome: { kind: 'full' } };
  const allowed = { name: asking.name, sinceMs: nowMs };
  return {
    record: {
      ...record,
      guests: { ...guests, [id]: allowed },
      pairing: { ...pairing, pending: without(pairing.pending, id) },
    },
    outcome: { kind: 'done', ...allowed },
  };
};

/** Sends away somebody who waits. They are not told. */
export const deny = (record: AccessRecord, id: string): AccessChange<Decision> => {
  const { pairing } = record;
  if (pairing?.denied.includes(id) === true) return { outcome: { kind: 'done', name: id } };
  const asking = pairing?.pending[id];
  if (pairing === undefined || asking === undefined) return { outcome: { kind: 'unknown' } };
  const denied = [...pairing.denied, id];
  return {
    record: { ...record, pairing: { ...pairing, pending: without(pairing.pending, id), denied } },
    outcome: { kind: 'done', name: asking.name },
  };
};

/** Lets somebody in without being asked. Naming a guest again changes the name and nothing else. */
export const addGuest = (record: AccessRecord, person: Person, nowMs: number): AccessChange<'added' | 'full'> => {
  const { id, name } = shown(person);
  const known = record.guests[id];
  if (known === undefined && Object.keys(record.guests).length >= MAX_GUESTS) return { outcome: 'full' };
  const guest = { name: name === '' ? (known?.name ?? '') : name, sinceMs: known?.sinceMs ?? nowMs };
  return { record: { ...record, guests: { ...record.guests, [id]: guest } }, outcome: 'added' };
};

/** Takes a guest's access away. */
export const revoke = (record: AccessRecord, id: string): AccessChange<Decision> => {
  const guest = record.guests[id];
  if (guest === undefined) return { outcome: { kind: 'unknown' } };
  return { record: { ...record, guests: without(record.guests, id) }, outcome: { kind: 'done', name: guest.name } };
};
