import type { CallCount } from '@agent-claw/embedded-aws';
import type { SystemUnderTest } from './local-system.ts';

/** Calls by who made them and what for. */
export type Spent = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Lambda polls and deletes with the role of the function; the function itself calls under its own name. */
const CALLERS: readonly (readonly [principal: RegExp, caller: string])[] = [
  [/AgentRunnerRole/u, 'Lambda itself'],
  [/AgentRunnerFunction/u, 'agent-runner'],
  [/TgIngestFunction/u, 'tg-ingest'],
  [/HeartbeatFunction/u, 'heartbeat'],
  [/^agent_claw$/u, 'agent-container'],
];

/** What each write is for, by its update expression. */
const WRITES: readonly (readonly [expression: RegExp, purpose: string])[] = [
  [/^SET inbox\.#id = :entry/u, 'append'],
  [/^SET leaseHolder = :holder/u, 'lease'],
  [/^SET leaseUntilMs = :until$/u, 'renewal'],
  [/^SET turn = :turn/u, 'begin turn'],
  [/^SET turn\.ledger\.#part = :state$/u, 'note part'],
  [/^SET inbox = :empty/u, 'finish'],
  [/^SET fence = :fence, turn = :turn/u, 'open conversation'],
  [/^SET fence = :fence\b.* ADD linked :turn$/u, 'link saved turn'],
];

const known = (table: readonly (readonly [RegExp, string])[], text: string): string | undefined =>
  table.find(([pattern]) => pattern.test(text))?.[1];

/** A call that no table knows keeps its own name, so that it cannot hide behind a known one. */
const nameOf = ({ action, detail }: CallCount): string =>
  detail === undefined ? action : (known(WRITES, detail) ?? `${action} ${detail}`);

/** All calls so far. */
export const callsSoFar = async (system: SystemUnderTest): Promise<Spent> => {
  const spent: Record<string, Record<string, number>> = {};
  for (const call of await system.calls()) {
    const name = nameOf(call);
    const own = (spent[known(CALLERS, call.principal) ?? call.principal] ??= {});
    own[name] = (own[name] ?? 0) + call.count;
  }
  return spent;
};

/** What was called after `before`, without what comes with time instead of messages: long polls, renewals and sweeps. */
export const spentSince = (before: Spent, after: Spent): Spent => {
  const comesWithTime: Readonly<Record<string, string>> = {
    'Lambda itself': 'sqs:ReceiveMessage',
    'agent-runner': 'renewal',
    heartbeat: 'dynamodb:Query',
  };
  const callers = Object.entries(after).map(([caller, calls]) => {
    const grown = Object.entries(calls)
      .map(([name, count]) => [name, count - (before[caller]?.[name] ?? 0)] as const)
      // The schedule of the sweep fires by itself; what it set off is counted under the function.
      .filter(([name]) => !(caller.includes('SchedulerRole') && name === 'lambda:InvokeFunction'))
      .filter(([name, count]) => count > 0 && name !== comesWithTime[caller]);
    return [caller, Object.fromEntries(grown)] as const;
  });
  return Object.fromEntries(callers.filter(([, calls]) => Object.keys(calls).length > 0));
};
