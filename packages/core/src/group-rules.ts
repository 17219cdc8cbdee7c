import type { AccessChange, AccessRecord, AllowedGroup } from './access-record.ts';

/** More groups would not fit into the record beside everything else. */
export const MAX_GROUPS = 20;
/** Titles come from whoever runs the group. */
const MAX_TITLE_CHARS = 64;

const withGroup = (record: AccessRecord, id: string, group: AllowedGroup): AccessRecord => ({
  ...record,
  groups: { ...record.groups, [id]: group },
});
const without = (groups: AccessRecord['groups'], id: string): AccessRecord['groups'] =>
  Object.fromEntries(Object.entries(groups).filter(([key]) => key !== id));
/** Own keys only: no id may reach into what every object has. */
const known = ({ groups }: Pick<AccessRecord, 'groups'>, id: string): AllowedGroup | undefined =>
  Object.hasOwn(groups, id) ? groups[id] : undefined;

/** The allowed group at this place, also under the id that it had before it became a supergroup. */
export const groupAt = (access: Pick<AccessRecord, 'groups'>, id: string): AllowedGroup | undefined =>
  known(access, id) ?? Object.values(access.groups).find(({ formerId }) => formerId === id);

/** Allows a group. One that is allowed already stays as it was. */
export const allowGroup = (
  record: AccessRecord,
  { id, title }: { readonly id: string; readonly title: string },
  nowMs: number,
): AccessChange<'allowed' | 'full'> => {
  if (known(record, id) !== undefined) return { outcome: 'allowed' };
  if (Object.keys(record.groups).length >= MAX_GROUPS) return { outcome: 'full' };
  const shown = Array.from(title).slice(0, MAX_TITLE_CHARS).join('');
  return {
    record: withGroup(record, id, { title: shown, sinceMs: nowMs, activation: 'mention' }),
    outcome: 'allowed',
  };
};

/** Takes a group out. */
export const forgetGroup = (
  record: AccessRecord,
  id: string,
): AccessChange<{ readonly kind: 'done'; readonly title: string } | { readonly kind: 'unknown' }> => {
  const group = known(record, id);
  if (group === undefined) return { outcome: { kind: 'unknown' } };
  return { record: { ...record, groups: without(record.groups, id) }, outcome: { kind: 'done', title: group.title } };
};

/** Gives an allowed group its new id. Either of the channel's two messages about it may come first, or alone, or twice. */
export const moveGroup = (record: AccessRecord, from: string, to: string): AccessChange<'moved' | 'unknown'> => {
  if (known(record, to)?.formerId === from) return { outcome: 'moved' };
  const group = known(record, from);
  if (group === undefined) return { outcome: 'unknown' };
  const moved = { ...record, groups: without(record.groups, from) };
  return { record: withGroup(moved, to, { ...group, formerId: from }), outcome: 'moved' };
};

/** Sets when the bot answers in a group. */
export const setActivation = (
  record: AccessRecord,
  id: string,
  activation: AllowedGroup['activation'],
): AccessChange<'set' | 'unknown'> => {
  const group = known(record, id);
  if (group === undefined) return { outcome: 'unknown' };
  return group.activation === activation
    ? { outcome: 'set' }
    : { record: withGroup(record, id, { ...group, activation }), outcome: 'set' };
};
