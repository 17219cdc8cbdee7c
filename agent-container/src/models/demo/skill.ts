import type { DemoInput, Said, ToolOutcome } from './read-input.ts';

export interface DemoToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Said before the call, which then waits as long as `pauseMs` says. */
  readonly remark?: string;
  readonly pauseMs?: number;
}

export interface SkillContext {
  readonly said: Said;
  /** Everything said before this message, in this turn and before it. */
  readonly before: readonly Said[];
  readonly input: DemoInput;
}

/** How one message is handled: the tools it needs, and what to say once their results are there. */
export interface Plan {
  readonly calls?: readonly DemoToolCall[];
  readonly answer: (results: readonly ToolOutcome[]) => string;
  /** Pause between words, longer than usual. */
  readonly wordDelayMs?: number;
  readonly fail?: 'throttled' | 'broken';
}

/** @returns null when the message is not for this skill. */
export type Skill = (context: SkillContext) => Plan | null;

/** A skill for messages of one form. */
export const when =
  (form: RegExp, plan: (match: readonly string[], context: SkillContext) => Plan): Skill =>
  (context) => {
    const match = form.exec(context.said.text);
    return match === null
      ? null
      : plan(
          match.map((group) => group ?? ''),
          context,
        );
  };

/** Says what a tool said; a refusal is passed on as it is. */
export const told = (result: ToolOutcome | undefined, sentence: (text: string) => string): string => {
  if (result === undefined) return 'Nothing came back from the tool.';
  return result.ok ? sentence(result.text) : `That did not work: ${result.text.replace(/^Error: /u, '')}`;
};
