import type { InboxEntry } from './lane.ts';
import { SPOKEN_KINDS } from './media.ts';
import type { MediaProblem } from './media.ts';
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

/** True while nobody knows what a recording says. */
export const needsHearing = ({ kind, heard, attachments = [] }: InboxEntry): boolean =>
  kind === 'message' && heard === undefined && attachments.some((attachment) => SPOKEN_KINDS.has(attachment.kind));

/** Said aloud, `/status` is "slash status", and a full stop follows. */
const spokenCommand = (words: string): string =>
  words.replace(
    /^(?:forward )?slash[\s,]+([A-Za-z0-9_]{1,32})[.!?]?(?=\s|$)/iu,
    (_, name: string) => `/${name.toLowerCase()}`,
  );

/**
 * The entry once its recording has been listened to. What was said counts like what is typed: a stop word stops, a command
 * is one. Forwarded words are not the sender's, and what was typed beside the recording comes first.
 */
export const heardEntry = (
  entry: InboxEntry,
  hearing:
    | { readonly kind: 'heard'; readonly text: string }
    | { readonly kind: 'not_heard'; readonly problem: MediaProblem; readonly detail?: string },
): InboxEntry => {
  if (hearing.kind === 'not_heard') {
    const { problem, detail } = hearing;
    return { ...entry, heard: { problem, ...(detail === undefined ? {} : { detail }) } };
  }
  const words = hearing.text.trim().toWellFormed().replaceAll('\u0000', '');
  const heard = { ...entry, heard: {} };
  if (entry.text !== '' || entry.forwardedFrom !== undefined)
    return { ...heard, text: [entry.text, words].filter((line) => line !== '').join('\n') };
  const text = spokenCommand(words);
  const command = commandIn(text);
  if (command?.name === 'stop' || isStopWord(text)) return { ...heard, kind: 'stop', text };
  if (command === undefined) return { ...heard, text: words };
  return { ...heard, kind: 'command', text, command: { name: command.name, args: command.args } };
};
