import type { InboxEntry } from './lane.ts';

/** A command as the channel's menu and /help show it. */
export interface BotCommand {
  readonly name: string;
  readonly description: string;
  readonly topic: 'conversation' | 'work' | 'files' | 'settings' | 'people';
}

/** What everybody may ask for. */
export const BOT_COMMANDS = [
  {
    name: 'new',
    description: 'Start a new conversation, with what you say behind it; files and memory stay',
    topic: 'conversation',
  },
  { name: 'undo', description: 'Forget the last answer and its question', topic: 'conversation' },
  { name: 'compact', description: 'Sum up the conversation to go on lighter', topic: 'conversation' },
  { name: 'export', description: 'The conversation as a file', topic: 'conversation' },
  { name: 'stop', description: 'Stop what I am doing', topic: 'work' },
  { name: 'queue', description: 'What I work on and what waits', topic: 'work' },
  { name: 'retry', description: 'Try again what I had put aside', topic: 'work' },
  { name: 'status', description: 'Conversation, model and queue', topic: 'work' },
  { name: 'usage', description: 'Tokens used here', topic: 'work' },
  { name: 'files', description: 'The files of this chat; with a name, what is in one', topic: 'files' },
  { name: 'settings', description: 'How I work in this chat', topic: 'settings' },
  { name: 'model', description: 'Which model answers here', topic: 'settings' },
  { name: 'start', description: 'Hello, and what I can do', topic: 'people' },
  { name: 'help', description: 'What I can do', topic: 'people' },
  { name: 'whoami', description: 'Your id and what you may do', topic: 'people' },
] as const satisfies readonly BotCommand[];

/** What only the owner may ask for, in the private chat. */
export const OWNER_COMMANDS = [
  { name: 'memory', description: 'What I remember', topic: 'files' },
  { name: 'heartbeat', description: 'Regular checks: on, off, now', topic: 'settings' },
  { name: 'jobs', description: 'What runs by itself', topic: 'settings' },
  { name: 'pair', description: 'Let somebody in with a code', topic: 'people' },
  { name: 'access', description: 'Who may talk to me', topic: 'people' },
] as const satisfies readonly BotCommand[];

/** What only the owner may ask for, in a group. */
export const GROUP_COMMANDS = [
  { name: 'activation', description: 'When I answer in this group: called or always', topic: 'settings' },
] as const satisfies readonly BotCommand[];

/** The command that was most likely meant by a name that is none: at most two letters are wrong. */
export const nearestCommand = (name: string, commands: readonly BotCommand[]): BotCommand | null => {
  const ranked = commands
    .map((command) => ({ command, distance: distanceOf(name, command.name) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.min(2, Math.ceil(name.length / 3)) ? best.command : null;
};

/** How many letters have to be put in, left out or replaced. */
const distanceOf = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1)
      next.push(Math.min((row[j] ?? 0) + (letter === b[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row[b.length] ?? 0;
};

/** Commands that change the lane: they wait for their place in the line, and what was said after them waits behind them. */
const IN_LINE: ReadonlySet<string> = new Set(['new', 'reset', 'retry', 'undo', 'compact', 'export']);

/** Commands that the container carries out on the conversation. */
const UPKEEP = ['undo', 'compact', 'export'] as const;
export type Upkeep = (typeof UPKEEP)[number];

/** What the entry asks to be done with the conversation; null for any other entry. */
export const upkeepOf = ({ kind, command }: InboxEntry): Upkeep | null =>
  kind === 'command' ? (UPKEEP.find((name) => name === command?.name) ?? null) : null;

/**
 * True for a question about the bot itself, for a button of a menu, and for what the bot says of its own accord: it is dealt with at once, also while
 * a turn runs, and stands in nobody's way.
 */
export const isAside = ({ kind, command }: InboxEntry): boolean =>
  kind === 'notice' ||
  kind === 'button' ||
  (kind === 'command' && !IN_LINE.has(command?.name ?? '') && !isCheckNow(command));

/** A regular check that is asked for: it is a turn, so its order stands in the line. */
export const isCheckNow = (command: InboxEntry['command']): boolean =>
  command?.name === 'heartbeat' && command.args.trim().toLowerCase() === 'now';
