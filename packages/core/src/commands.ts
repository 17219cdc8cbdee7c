import type { InboxEntry } from './lane.ts';

/** What the bot answers without a model, as shown in the channel's command menu. */
export const BOT_COMMANDS = [
  { name: 'help', description: 'What I can do' },
  { name: 'new', description: 'Start a new conversation; files and memory stay' },
  { name: 'undo', description: 'Forget the last answer and its question' },
  { name: 'compact', description: 'Sum up the conversation to go on lighter' },
  { name: 'export', description: 'The conversation as a file' },
  { name: 'stop', description: 'Stop what I am doing' },
  { name: 'queue', description: 'What I work on and what waits' },
  { name: 'retry', description: 'Try again what I had put aside' },
  { name: 'status', description: 'Conversation and queue' },
  { name: 'memory', description: 'What I remember' },
  { name: 'files', description: 'Your files; with a name, what is in one' },
  { name: 'settings', description: 'How I work in this chat' },
  { name: 'usage', description: 'Tokens used here' },
  { name: 'model', description: 'Which model answers here' },
  { name: 'whoami', description: 'Your id and what you may do' },
] as const satisfies readonly { readonly name: string; readonly description: string }[];

/** What only the owner may ask for, in the private chat. */
export const OWNER_COMMANDS = [
  { name: 'pair', description: 'Let somebody in with a code' },
  { name: 'access', description: 'Who may talk to me' },
] as const satisfies readonly { readonly name: string; readonly description: string }[];

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
  kind === 'notice' || kind === 'button' || (kind === 'command' && !IN_LINE.has(command?.name ?? ''));
