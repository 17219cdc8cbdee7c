import {
  asidesIn,
  inOrder,
  isPrivateLane,
  laneAddressOf,
  modelChoiceOf,
  PRICES_AS_OF,
  tokensText,
  usageOver,
  usdText,
} from '@agent-claw/core';
import type { AccessList, DayUsage, InboxEntry, Lane } from '@agent-claw/core';
import { plain } from '../access/access-text.ts';

/** What the bot knows of itself without asking a model. */
export interface CommandContext {
  readonly lane: Lane;
  readonly access: AccessList;
  readonly nowMs: number;
  /** Of what is deployed, as the owner reads it. */
  readonly version: string;
}

/** A number of things, in words. */
export const counted = (count: number, what: string): string => `${count} ${count === 1 ? what : `${what}s`}`;

/** What waits behind the running turn: no asides, no stops. */
const waitingIn = (lane: Lane, nowMs: number): readonly InboxEntry[] => {
  const beside = new Set([...(lane.turn?.taken ?? []), ...asidesIn(lane, nowMs).map(({ id }) => id)]);
  return inOrder(lane.inbox).filter(({ id, kind }) => kind !== 'stop' && !beside.has(id));
};

const WORK = {
  message: 'working',
  command: 'working',
  heartbeat: 'making a regular check',
  upkeep: 'tending our conversation',
} as const;

/** How many calls of tools wait for somebody's word. */
const decisionsIn = ({ menus = {} }: Lane, nowMs: number): number =>
  Object.values(menus).filter(
    (shown) =>
      shown.name === 'card' &&
      nowMs < shown.expiresAtMs &&
      shown.rows.flat().some(({ action }) => action.kind === 'decide'),
  ).length;

/** Whether the bot works, at what, and what is chosen and deployed. */
export const statusText = ({ lane, access, nowMs, version }: CommandContext): string => {
  const working = lane.turn === undefined || lane.turn.kind === 'command' ? null : nowMs - lane.turn.startedAtMs;
  const waiting = waitingIn(lane, nowMs).length;
  const parked = Object.keys(lane.parked ?? {}).length;
  const asked = decisionsIn(lane, nowMs);
  return [
    '**Status**',
    `• Conversation: number ${lane.conversationCount + 1}`,
    `• Now: ${working === null ? 'at rest' : `${WORK[lane.turn?.kind ?? 'message']} for ${lasting(working)}`}`,
    `• Model: ${modelChoiceOf(lane.settings)}`,
    ...(isPrivateLane(laneAddressOf(lane.laneId), access)
      ? [`• Regular checks: ${lane.settings?.heartbeat === false ? 'off' : 'on'}`]
      : []),
    ...(lane.usage?.last === undefined
      ? []
      : [`• Context: ${tokensText(lane.usage.last.contextTokens)} tokens read for the last answer`]),
    `• Waiting: ${waiting === 0 ? 'nothing' : counted(waiting, 'message')}`,
    ...(asked === 0 ? [] : [`• Waiting for a decision: ${counted(asked, 'question')} with buttons, above`]),
    ...(parked === 0 ? [] : [`• Put aside: ${counted(parked, 'message')}; /retry tries again`]),
    `• Version: ${plain(version)}`,
  ].join('\n');
};

/** The tokens that were used, and about what they cost. */
export const usageText = ({ lane, nowMs }: CommandContext): string => {
  const { usage } = lane;
  if (usage === undefined) return 'No tokens used in this chat yet.';
  const line = (label: string, { inputTokens, outputTokens }: Pick<DayUsage, 'inputTokens' | 'outputTokens'>): string =>
    `• ${label}: ${tokensText(inputTokens)} read, ${tokensText(outputTokens)} written`;
  const cost = ({ costUsd }: Pick<DayUsage, 'costUsd'>): string =>
    costUsd === undefined ? '' : `, ${plain(usdText(costUsd))}`;
  const over = (label: string, days: number): string => {
    const sum = usageOver(usage, days, nowMs);
    return `${line(label, sum)}, ${counted(sum.turns, 'turn')}${cost(sum)}`;
  };
  const isPriced = Object.values(usage.days).some(({ costUsd }) => costUsd !== undefined);
  return [
    '**Tokens used in this chat**',
    ...(usage.last === undefined
      ? []
      : [`${line('Last answer', usage.last)}, ${counted(usage.last.calls, 'model call')}${cost(usage.last)}`]),
    over('Today (UTC)', 1),
    over('7 days', 7),
    over('30 days', 30),
    ...(isPriced
      ? [
          `Money: model tokens at the list prices of ${PRICES_AS_OF}; your bill counts. Models without a known price are left out.`,
        ]
      : []),
    'Regular checks count too. /settings can show the tokens below each answer.',
  ].join('\n');
};

/** What is worked on, what waits, and what was put aside. */
export const queueText = ({ lane, nowMs }: CommandContext): string => {
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
