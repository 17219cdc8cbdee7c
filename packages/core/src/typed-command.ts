import type { InboxEntry } from './lane.ts';
import { filesOf } from './lane.ts';
import { SPOKEN_KINDS } from './media.ts';
import type { Attachment, MediaProblem } from './media.ts';
import { isStopWord } from './stop-words.ts';

const COMMAND = /^\/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?=\s|$)/u;

/** The command at the very start of a text. `to` is the bot that it names, in lower case. */
export const commandIn = (
  text: string,
): { readonly name: string; readonly args: string; readonly to?: string } | undefined => {
  const match = COMMAND.exec(text);
  if (match?.[1] === undefined) return undefined;
  const to = match[2] === undefined ? {} : { to: match[2].toLowerCase() };
  return { name: match[1].toLowerCase(), args: text.slice(match[0].length).trim(), ...to };
};

const recordingIn = (files: readonly Attachment[] = []): Attachment | undefined =>
  files.find(({ kind }) => SPOKEN_KINDS.has(kind));

/**
 * The recording of a message that is to be listened to next, by its place among `filesOf`. Its own comes first: it may turn
 * out to be a stop or a command, which answers to nothing.
 */
export const unheardIn = (entry: InboxEntry): number | null => {
  if (entry.kind !== 'message') return null;
  const { heard, attachments, replyTo } = entry;
  const own = heard === undefined ? recordingIn(attachments) : undefined;
  const next = own ?? (replyTo?.heard === undefined ? recordingIn(replyTo?.attachments) : undefined);
  return next === undefined ? null : filesOf(entry).indexOf(next);
};

/** True while nobody knows what a recording says. */
export const needsHearing = (entry: InboxEntry): boolean => unheardIn(entry) !== null;

/** Said aloud, `/status` is "slash status", and a full stop follows. */
const spokenCommand = (words: string): string =>
  words.replace(
    /^(?:forward )?slash[\s,]+([A-Za-z0-9_]{1,32})[.!?]?(?=\s|$)/iu,
    (_, name: string) => `/${name.toLowerCase()}`,
  );

/**
 * The entry once its recording has been listened to. What was said counts like what is typed: a stop word stops, a command
 * is one. Forwarded words are not the sender's, and what was typed beside the recording comes first. What is said in a
 * recording that the message answers to stays apart.
 */
export const heardEntry = (
  entry: InboxEntry,
  hearing:
    | { readonly kind: 'heard'; readonly text: string }
    | { readonly kind: 'not_heard'; readonly problem: MediaProblem; readonly detail?: string },
): InboxEntry => {
  const next = unheardIn(entry) ?? 0;
  const answersTo = next < (entry.attachments ?? []).length ? undefined : entry.replyTo;
  if (hearing.kind === 'not_heard') {
    const { problem, detail } = hearing;
    const why = { problem, ...(detail === undefined ? {} : { detail }) };
    return { ...entry, ...(answersTo === undefined ? { heard: why } : { replyTo: { ...answersTo, heard: why } }) };
  }
  const words = hearing.text.trim().toWellFormed().replaceAll('\u0000', '');
  if (answersTo !== undefined) return { ...entry, replyTo: { ...answersTo, heard: { words } } };
  const heard = { ...entry, heard: {} };
  if (entry.text !== '' || entry.forwardedFrom !== undefined)
    return { ...heard, text: [entry.text, words].filter((line) => line !== '').join('\n') };
  const text = spokenCommand(words);
  const command = commandIn(text);
  if (command?.name === 'stop' || isStopWord(text)) return { ...heard, kind: 'stop', text };
  if (command === undefined) return { ...heard, text: words };
  return { ...heard, kind: 'command', text, command: { name: command.name, args: command.args } };
};
