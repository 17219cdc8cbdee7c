/** What a command asks of the access record. */
export type AccessOrder =
  | { readonly kind: 'open' | 'shut' | 'list' | 'unclear' }
  | { readonly kind: 'add'; readonly id: string; readonly name: string }
  | { readonly kind: 'allow' | 'deny' | 'revoke'; readonly id: string };

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
  if (name !== 'access') return null;
  if (word === '') return { kind: 'list' };
  if (!PERSON.test(id)) return { kind: 'unclear' };
  if (word === 'add') return { kind: 'add', id, name: rest.join(' ') };
  return word === 'revoke' || word === 'remove' ? { kind: 'revoke', id } : { kind: 'unclear' };
};
