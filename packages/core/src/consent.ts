import type { TurnId } from './ids.ts';

/** What happens only with a person's consent; each can be allowed for good in a chat. */
export const CONSENT_RULES = [
  { name: 'delete', description: 'deleting files' },
  { name: 'standing', description: 'changing the files I go by, in a turn that has read what others wrote' },
] as const satisfies readonly { readonly name: string; readonly description: string }[];

export type ConsentRule = (typeof CONSENT_RULES)[number]['name'];

/** What a rule is about, in words for the person; the name itself for one that is no rule any more. */
export const consentAbout = (rule: string): string =>
  CONSENT_RULES.find(({ name }) => name === rule)?.description ?? rule;

/** A tool call that waits for somebody's consent. It is made as it stands here, or not at all. */
export interface Ask {
  readonly rule: string;
  readonly tool: string;
  /** The exact arguments, as JSON. */
  readonly input: string;
}

/** What somebody decided about the call that the turn `of` waits with. */
export interface Consent {
  readonly of: TurnId;
  readonly isAllowed: boolean;
}

/** A question is open for this long; then the answer is no. */
export const CONSENT_LASTS_MS = 30 * 60_000;

const STANDING: ReadonlySet<string> = new Set([
  'AGENTS.MD',
  'SOUL.MD',
  'IDENTITY.MD',
  'USER.MD',
  'BOOTSTRAP.MD',
  'MEMORY.MD',
  'HEARTBEAT.MD',
]);

/** True for a file that later turns go by: what is written there is believed, and done, long after this turn. */
export const isStandingPath = (path: string): boolean => {
  const upper = path.normalize('NFKC').toUpperCase();
  return STANDING.has(upper) || upper.startsWith('MEMORY/');
};
