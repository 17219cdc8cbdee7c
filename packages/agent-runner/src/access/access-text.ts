import type { AccessList, Pairing, Person } from '@agent-claw/core';

/** People's words inside ours: nothing in them is formatting. */
export const plain = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!|<>~&:]/gu, String.raw`\$&`);

/** Somebody's own name for themselves, on one line and in its own direction. */
export const tame = (name: string): string => name.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069`\s]+/gu, ' ').trim();

/** As code: no link, no command and no mention in the name can be tapped. */
export const named = ({ id, name }: Person): string => {
  const text = tame(name);
  return text === '' ? `\`${id}\`` : `\`${text}\` (id \`${id}\`)`;
};

export const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** What /whoami says beside the id. */
export const standingText = (id: string, access: AccessList): string => {
  if (id === access.ownerId)
    return access.ownerSinceMs === undefined ? 'my owner' : `my owner since ${day(access.ownerSinceMs)}`;
  const guest = access.guests[id];
  return guest === undefined ? 'a guest' : `a guest since ${day(guest.sinceMs)}`;
};

/** Asks the owner about somebody at the door. */
export const knockText = (person: Person): string => `🔔 ${named(person)} has the pairing code and asks to talk to me.`;

/** What a guest hears who has just been let in: the first words that the bot says to them. */
export const WELCOME_TEXT = '👋 You are in. My owner has let you talk to me.';

export const CLAIMED_TEXT = '🔐 You are my owner from now on. Nobody else is let in unless you say so: /pair, /access.';

export const REFUSED_TEXT = 'That is for my owner alone.';
export const IN_PRIVATE_TEXT = 'Please ask me that in our private chat.';
export const UNCLEAR_TEXT = [
  'I did not understand that. What there is:',
  [
    '• /access lists who may talk to me',
    '• `/access add <numeric id> <name>` lets somebody in',
    '• /pair makes a code with which somebody may ask to come in, /pair_close ends it',
  ].join('\n'),
].join('\n\n');

export const pairingText = ({ code, openUntilMs }: Pairing, botUsername: string, nowMs: number): string => {
  const minutes = Math.max(1, Math.ceil((openUntilMs - nowMs) / 60_000));
  const link =
    botUsername === '' ? [] : [`Or pass on this link: ${plain(`https://t.me/${botUsername}?start=${code}`)}`];
  return [
    `🔑 For ${minutes} min, whoever sends me this code may ask to come in: \`${code}\``,
    ...link,
    'I ask you before I let anybody in. /pair_close ends it.',
  ].join('\n\n');
};

export const allowedText = (person: Person): string =>
  `✅ ${named(person)} may talk to me, and is being told. /revoke_${person.id} takes it back.`;
export const addedText = (person: Person): string =>
  `✅ ${named(person)} may talk to me, but has to write first. /revoke_${person.id} takes it back.`;
export const deniedText = (person: Person): string => `🚫 ${named(person)} stays outside, and hears nothing of it.`;
export const revokedText = (person: Person): string => `🚫 ${named(person)} can no longer talk to me.`;
export const notWaitingText = (id: string): string =>
  `Nobody with the id \`${id}\` is waiting. \`/access add ${id}\` lets them in all the same.`;
export const noGuestText = (id: string): string => `\`${id}\` is no guest of mine.`;
export const FULL_TEXT = 'I have as many guests as I can keep. /access lists them: send somebody away first.';
