import {
  BOT_COMMANDS,
  GROUP_COMMANDS,
  heartbeatText,
  isPrivateLane,
  laneAddressOf,
  MODEL_CHOICES,
  nearestCommand,
  OWNER_COMMANDS,
} from '@agent-claw/core';
import type {
  AccessList,
  BotCommand,
  Card,
  InboxEntry,
  Lane,
  LaneSettings,
  MenuName,
  ReplyFile,
} from '@agent-claw/core';
import { CLAIMED_TEXT, plain, standingText, WELCOME_TEXT } from '../access/access-text.ts';
import { counted, queueText, statusText, usageText } from './status-text.ts';
import type { CommandContext } from './status-text.ts';

export interface CommandReply {
  readonly markdown: string;
  readonly newConversation?: boolean;
  /** What was put aside goes back into the inbox. */
  readonly retries?: boolean;
  /** A regular check is made once. */
  readonly checks?: boolean;
  /** Shown instead of the text, which is empty then. */
  readonly menu?: MenuName;
  /** Likewise: asks for a decision. */
  readonly card?: Card;
  /** Sent as a file, with the text below it. */
  readonly document?: ReplyFile;
  /** These settings of the lane are replaced. */
  readonly settings?: LaneSettings;
}

const helpText = ({ sender }: InboxEntry, { access, lane }: CommandContext): string =>
  [
    'I am your assistant. Write to me in plain words; I keep notes in your workspace and remember what you ask me to.',
    ...TOPICS.map((topic) =>
      [...BOT_COMMANDS, ...(sender.id !== access.ownerId ? [] : isGroup(lane) ? GROUP_COMMANDS : OWNER_COMMANDS)]
        .filter((command) => command.topic === topic)
        .map(({ name, description }) => `/${name} – ${description}`)
        .join('\n'),
    ),
    'While I work you can add to what you said: I take it in. To interrupt me, say "stop" or press ⏹.',
  ].join('\n\n');

const TOPICS = ['conversation', 'work', 'files', 'settings', 'people'] as const;

/** What a wrong name may have meant. The owner knows all commands, wherever they may be said. */
const commandsFor = (senderId: string, { ownerId }: AccessList): readonly BotCommand[] => [
  ...BOT_COMMANDS,
  ...(senderId === ownerId ? [...OWNER_COMMANDS, ...GROUP_COMMANDS] : []),
];

const isGroup = ({ laneId }: Lane): boolean => laneAddressOf(laneId).place.startsWith('-');

/** A claim comes with its code, as any deep link does. */
const greeting = ({ sender, command }: InboxEntry, { access }: CommandContext): string =>
  sender.id === access.ownerId && access.ownerSinceMs !== undefined && command?.args !== ''
    ? `${CLAIMED_TEXT}\n\n`
    : `Hello${sender.name === '' ? '' : ` ${plain(sender.name)}`}! `;

/** Says what a command asks for. Pure: what it changes is in the reply's other fields. */
export const commandReply = (entry: InboxEntry, context: CommandContext): CommandReply => {
  const { lane, access } = context;
  if (entry.notice === 'welcome') return { markdown: `${WELCOME_TEXT}\n\n${helpText(entry, context)}` };
  const name = entry.command?.name ?? '';
  switch (name) {
    case 'start':
      return { markdown: greeting(entry, context) + helpText(entry, context) };
    case 'help':
      return { markdown: helpText(entry, context) };
    case 'new':
    case 'reset':
      return { markdown: '✨ New conversation. Your files and memory are still here.', newConversation: true };
    case 'retry': {
      const parked = Object.keys(lane.parked ?? {}).length;
      if (parked === 0) return { markdown: 'Nothing is put aside.' };
      return { markdown: `🔁 Trying again: ${counted(parked, 'message')}.`, retries: true };
    }
    case 'queue':
      return { markdown: queueText(context) };
    case 'status':
      return { markdown: statusText(context) };
    case 'usage':
      return { markdown: usageText(context) };
    case 'settings':
      return maySet(entry, context) ? { markdown: '', menu: 'settings' } : { markdown: NOT_YOURS };
    case 'model':
      return maySet(entry, context) ? modelReply(entry.command?.args ?? '') : { markdown: NOT_YOURS };
    case 'whoami':
    case 'id':
      return {
        markdown: `Your Telegram id is \`${entry.sender.id}\`. You are ${standingText(entry.sender.id, access)}.`,
      };
    case 'heartbeat':
    case 'jobs':
      if (!isPrivateLane(laneAddressOf(lane.laneId), access)) return { markdown: NOT_HERE };
      return name === 'jobs' ? { markdown: jobsText(lane) } : heartbeatReply(entry.command?.args ?? '');
    default: {
      const meant = nearestCommand(name, commandsFor(entry.sender.id, access));
      const hint = meant === null ? 'Send /help for what I can do.' : `Did you mean /${meant.name}?`;
      return { markdown: `I do not know /${plain(name)}. ${hint}` };
    }
  }
};

/** In a group everybody would live with what one of them chose. */
const maySet = ({ sender }: InboxEntry, { lane, access }: CommandContext): boolean =>
  sender.id === access.ownerId || !isGroup(lane);
const NOT_YOURS = 'Only my owner changes how I work in a group.';

const NOT_HERE = 'That is between my owner and me, in our private chat.';

const heartbeatReply = (args: string): CommandReply => {
  switch (args.trim().toLowerCase()) {
    case 'on':
      return { markdown: heartbeatText({ heartbeat: true }), settings: { heartbeat: true } };
    case 'off':
      return { markdown: heartbeatText({ heartbeat: false }), settings: { heartbeat: false } };
    case 'now':
      return { markdown: 'I am checking. If nothing needs you, you hear no more of it.', checks: true };
    default:
      return { markdown: '', menu: 'heartbeat' };
  }
};

const jobsText = ({ settings }: Lane): string =>
  [
    '**What runs by itself**',
    `• Every 30 minutes: a regular check, ${settings?.heartbeat === false ? 'switched off' : 'switched on'}; /heartbeat changes that`,
    '• Every minute: a look for messages that were left waiting; it asks no model',
    'Reminders and jobs of your own do not exist yet.',
  ].join('\n');

const modelReply = (args: string): CommandReply => {
  const name = args.toLowerCase();
  if (name === '') return { markdown: '', menu: 'model' };
  const choice = MODEL_CHOICES.find((one) => one.name === name);
  if (choice !== undefined)
    return {
      markdown: `Model: **${choice.name}**, ${choice.description}. From the next answer on.`,
      settings: { model: choice.name },
    };
  const names = MODEL_CHOICES.map((one) => `/model ${one.name}`).join(', ');
  return { markdown: `I have no model called ${plain(args)}. Try ${names}.` };
};
