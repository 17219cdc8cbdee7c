import type { AccessOrder, ActivationOrder } from '@agent-claw/core';

/** A person's id: Telegram's are positive and, by its own word, below 2^52. */
const PERSON = /^[1-9]\d{0,15}$/u;
const SHUT: ReadonlySet<string> = new Set(['close', 'end', 'off', 'stop']);

/** @returns null for a command that has nothing to do with access. */
export const accessOrderOf = (
  command: { readonly name: string; readonly args: string } | undefined,
): AccessOrder | null => {
  const { name = '', args = '' } = command ?? {};
  const [word = '', id = '', ...rest] = args.split(/\s+/u);
  if (name === 'pair_close') return { kind: 'shut' };
  if (name === 'pair') return { kind: SHUT.has(word.toLowerCase()) ? 'shut' : word === '' ? 'open' : 'unclear' };
  // Tappable in a chat, which a command with an argument is not.
  const [, decision, decidedId] = /^(allow|deny|revoke)_([1-9]\d{0,15})$/u.exec(name) ?? [];
  if (decision !== undefined && decidedId !== undefined)
    return { kind: decision as 'allow' | 'deny' | 'revoke', id: decidedId };
  // A group's id is negative, and a command has no minus.
  const left = /^leave_([1-9]\d{0,15})$/u.exec(name)?.[1];
  if (left !== undefined) return { kind: 'leave', id: `-${left}` };
  if (name !== 'access') return null;
  if (word === '') return { kind: 'list' };
  if (!PERSON.test(id)) return { kind: 'unclear' };
  if (word === 'add') return { kind: 'add', id, name: rest.join(' ') };
  return word === 'revoke' || word === 'remove' ? { kind: 'revoke', id } : { kind: 'unclear' };
};

/** @returns null for any other command. */
export const activationOrderOf = (
  command: { readonly name: string; readonly args: string } | undefined,
): ActivationOrder | null => {
  if (command?.name !== 'activation') return null;
  const word = command.args.toLowerCase();
  if (word === '') return { kind: 'activation' };
  return { kind: 'activation', activation: word === 'mention' || word === 'always' ? word : null };
};
