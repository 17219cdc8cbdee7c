import {
  asidesIn,
  BOT_COMMANDS,
  heartbeatText,
  inOrder,
  isPrivateLane,
  laneAddressOf,
  MODEL_CHOICES,
  modelChoiceOf,
  nearestCommand,
  OWNER_COMMANDS,
  tokensText,
  usageOver,
} from '@agent-claw/core';
import type {
  AccessList,
  BotCommand,
  Card,
  DayUsage,
  InboxEntry,
  Lane,
  LaneSettings,
  MenuName,
  ReplyFile,
} from '@agent-claw/core';
import { CLAIMED_TEXT, plain, standingText, WELCOME_TEXT } from './access-text.ts';

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

/** What the bot knows of itself without asking a model. */
export interface CommandContext {
  readonly lane: Lane;
  readonly access: AccessList;
  readonly nowMs: number;
}

const helpText = ({ sender }: InboxEntry, { access }: CommandContext): string =>
  [
    'I am your assistant. Write to me in plain words; I keep notes in your workspace and remember what you ask me to.',
    ...TOPICS.map((topic) =>
      commandsFor(sender.id, access)
        .filter((command) => command.topic === topic)
        .map(({ name, description }) => `/${name} – ${description}`)
        .join('\n'),
    ),
    'While I work you can add to what you said: I take it in. To interrupt me, say "stop" or press ⏹.',
  ].join('\n\n');

const TOPICS = ['conversation', 'work', 'files', 'settings', 'people'] as const;

const commandsFor = (senderId: string, { ownerId }: AccessList): readonly BotCommand[] => [
  ...BOT_COMMANDS,
  ...(senderId === ownerId ? OWNER_COMMANDS : []),
];

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
  sender.id === access.ownerId || !laneAddressOf(lane.laneId).place.startsWith('-');
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

const counted = (count: number, what: string): string => `${count} ${count === 1 ? what : `${what}s`}`;

/** What waits behind the running turn: no asides, no stops. */
const waitingIn = (lane: Lane, nowMs: number): readonly InboxEntry[] => {
  const beside = new Set([...(lane.turn?.taken ?? []), ...asidesIn(lane, nowMs).map(({ id }) => id)]);
  return inOrder(lane.inbox).filter(({ id, kind }) => kind !== 'stop' && !beside.has(id));
};

const statusText = ({ lane, access, nowMs }: CommandContext): string => {
  const working = lane.turn === undefined || lane.turn.kind === 'command' ? null : nowMs - lane.turn.startedAtMs;
  const waiting = waitingIn(lane, nowMs).length;
  const parked = Object.keys(lane.parked ?? {}).length;
  return [
    '**Status**',
    `• Conversation: number ${lane.conversationCount + 1}, ${lane.turnCount} turns so far in this chat`,
    `• Now: ${working === null ? 'at rest' : `working for ${lasting(working)}`}`,
    `• Model: ${modelChoiceOf(lane.settings)}`,
    ...(isPrivateLane(laneAddressOf(lane.laneId), access)
      ? [`• Regular checks: ${lane.settings?.heartbeat === false ? 'off' : 'on'}`]
      : []),
    ...(lane.usage?.last === undefined
      ? []
      : [`• Context: ${tokensText(lane.usage.last.contextTokens)} tokens read for the last answer`]),
    `• Waiting: ${waiting === 0 ? 'nothing' : counted(waiting, 'message')}`,
    ...(parked === 0 ? [] : [`• Put aside: ${counted(parked, 'message')}; /retry tries again`]),
  ].join('\n');
};

/** Token counts only: what they cost depends on the model and on prices that change. */
const usageText = ({ lane, nowMs }: CommandContext): string => {
  const { usage } = lane;
  if (usage === undefined) return 'No tokens used in this chat yet.';
  const line = (label: string, { inputTokens, outputTokens }: Pick<DayUsage, 'inputTokens' | 'outputTokens'>): string =>
    `• ${label}: ${tokensText(inputTokens)} read, ${tokensText(outputTokens)} written`;
  const over = (label: string, days: number): string => {
    const sum = usageOver(usage, days, nowMs);
    return `${line(label, sum)}, ${counted(sum.turns, 'turn')}`;
  };
  return [
    '**Tokens used in this chat**',
    ...(usage.last === undefined
      ? []
      : [`${line('Last answer', usage.last)}, ${counted(usage.last.calls, 'model call')}`]),
    over('Today (UTC)', 1),
    over('7 days', 7),
    over('30 days', 30),
    'Regular checks count too. /settings can show the tokens below each answer.',
  ].join('\n');
};

const queueText = ({ lane, nowMs }: CommandContext): string => {
  const { turn } = lane;
  const isWorking = turn !== undefined && turn.kind !== 'command';
  const waiting = waitingIn(lane, nowMs);
  const parked = inOrder(lane.parked ?? {});
  const working = isWorking
    ? [
        `**Working on** (${lasting(nowMs - turn.startedAtMs)}):`,
        ...turn.taken.flatMap((id) => lane.inbox[id] ?? []).map(line),
      ]
    : [];
  const sections = [
    working,
    waiting.length === 0 ? [] : [isWorking ? '**Next, or taken in as I go:**' : '**Waiting:**', ...waiting.map(line)],
    parked.length === 0 ? [] : ['**Put aside** (/retry tries again):', ...parked.map(line)],
  ].filter((lines) => lines.length > 0);
  return sections.length === 0 ? 'Nothing is waiting.' : sections.map((lines) => lines.join('\n')).join('\n\n');
};

const lasting = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000);
  return minutes < 1 ? `${Math.max(0, Math.floor(ms / 1000))} s` : `${minutes} min`;
};

const SHOWN_CHARS = 60;

const line = ({ kind, text, attachments }: InboxEntry): string => {
  if (kind === 'heartbeat') return '• the regular check';
  const chars = Array.from(text.replace(/\s+/gu, ' ').trim());
  const cut = chars.length > SHOWN_CHARS ? `${chars.slice(0, SHOWN_CHARS).join('')}…` : chars.join('');
  return `• ${cut === '' ? (attachments?.[0]?.kind ?? 'message').replace('_', ' ') : plain(cut)}`;
};
