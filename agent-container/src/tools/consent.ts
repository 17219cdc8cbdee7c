import { consentAbout, isStandingPath, normalisePath } from '@agent-claw/core';
import type { Ask, ConsentRule } from '@agent-claw/core';
import type { Message } from '@strands-agents/sdk';

export interface ToolCall {
  readonly name: string;
  readonly input: unknown;
}

export type Verdict =
  | { readonly kind: 'run' }
  | { readonly kind: 'ask'; readonly ask: Ask }
  /** It would have to be asked for, but was allowed for good. */
  | { readonly kind: 'allowed'; readonly ask: Ask }
  /** The model is told why. */
  | { readonly kind: 'refuse'; readonly why: string };

/** Decides about a call before it is made, from what the model has read in this turn. */
export type ToolGate = (call: ToolCall, turn: readonly Message[]) => Verdict;

const DELETING: ReadonlySet<string> = new Set(['delete_file']);
const WRITING: ReadonlySet<string> = new Set(['write_file', 'append_file', 'edit_file']);

/**
 * Envelopes escape what people write, so a tag in one is ours and says that somebody else's words follow. What a person says
 * aloud is their own; forwarded, it has the other tag.
 */
const foreignWords =
  /<(?:forwarded|overheard)\b|<reply_to(?! own="yes")|<attachment (?!kind="(?:voice|video_note|sticker)")/u;

/** True once the turn has read something that is not its person's own words: they may want something else than the person. */
const isForeign = (turn: readonly Message[]): boolean =>
  turn.some(
    ({ role, content }) =>
      role === 'user' && content.some((block) => block.type === 'textBlock' && foreignWords.test(block.text)),
  );

const pathOf = (input: unknown): string => {
  const { path } = (typeof input === 'object' && input !== null ? input : {}) as { readonly path?: unknown };
  const outcome = normalisePath(path);
  return outcome.kind === 'ok' ? outcome.path : '';
};

/** The rule that a call falls under; null for one that needs nobody's consent. */
const ruleOf = ({ name, input }: ToolCall, turn: readonly Message[]): ConsentRule | null => {
  if (DELETING.has(name)) return 'delete';
  // What is saved is never the person's own words.
  if (name === 'save_file' && isStandingPath(pathOf(input))) return 'standing';
  return WRITING.has(name) && isStandingPath(pathOf(input)) && isForeign(turn) ? 'standing' : null;
};

/** The gate of one turn. `allowed` are the rules that need no asking here; where nobody is there to ask, the answer is no. */
export const toolGate =
  ({
    allowed = [],
    isAttended,
  }: {
    readonly allowed?: readonly string[] | undefined;
    readonly isAttended: boolean;
  }): ToolGate =>
  (call, turn) => {
    const rule = ruleOf(call, turn);
    if (rule === null) return { kind: 'run' };
    const ask = { rule, tool: call.name, input: JSON.stringify(call.input) };
    if (allowed.includes(rule)) return { kind: 'allowed', ask };
    if (!isAttended)
      return {
        kind: 'refuse',
        why: `Not done: ${consentAbout(rule)} needs consent, and nobody is there to ask. Say what you would do instead.`,
      };
    return { kind: 'ask', ask };
  };
