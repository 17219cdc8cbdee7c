import { fileSkills } from './file-skills.ts';
import { mediaSkills } from './media-skills.ts';
import { inCharacter } from './persona.ts';
import type { DemoInput, Said, ToolOutcome } from './read-input.ts';
import type { DemoToolCall, Plan } from './skill.ts';
import { talkSkills } from './talk-skills.ts';

/** What the demo model does in one step. */
export type Step =
  | { readonly kind: 'call'; readonly call: DemoToolCall }
  | { readonly kind: 'say'; readonly text: string; readonly wordDelayMs?: number }
  | { readonly kind: 'fail'; readonly how: 'throttled' | 'broken' };

const skills = [...mediaSkills, ...fileSkills, ...talkSkills];

const planFor = (said: Said, before: readonly Said[], input: DemoInput): Plan => {
  for (const skill of skills) {
    const plan = skill({ said, before, input });
    if (plan !== null) return withOfferedTools(plan, input);
  }
  throw new Error('The last skill takes every message, so a message without a plan cannot be.');
};

/** A tool that is not offered is not called, whatever was asked for. */
const withOfferedTools = (plan: Plan, input: DemoInput): Plan => {
  const missing = plan.calls?.find((call) => !input.tools.has(call.name));
  if (missing === undefined) return plan;
  const names = [...input.tools].join(', ');
  return { answer: () => `I have no tool called ${missing.name} here.${names === '' ? '' : ` I can use: ${names}.`}` };
};

const heartbeat = (input: DemoInput): Step => {
  const lines = (input.files['HEARTBEAT.md'] ?? '').replace(/<!--[\s\S]*?-->/gu, '').split('\n');
  const due = lines.flatMap((line) => {
    const item =
      /^\s*[-*]\s+\[ \]\s+(\S.*)$/u.exec(line)?.[1] ?? /^\s*(?:[-*]\s+)?((?:tell me|remind)\b.*)$/iu.exec(line)?.[1];
    return item === undefined ? [] : [item.trim()];
  });
  if (due.length === 0) return { kind: 'say', text: 'HEARTBEAT_OK' };
  return { kind: 'say', text: `A reminder from your HEARTBEAT.md:\n\n${due.map((item) => `- ${item}`).join('\n')}` };
};

/**
 * Decides the next step from the input alone, so that the same input always gives the same step. Every message gets its
 * plan; their tools are called one after the other, and once all results are there, one answer covers all messages.
 */
export const decide = (input: DemoInput): Step => {
  if (input.heartbeat) return heartbeat(input);
  const plans = input.now.map((said, index) => planFor(said, [...input.earlier, ...input.now.slice(0, index)], input));
  const failing = plans.find((plan) => plan.fail !== undefined);
  if (failing?.fail !== undefined) return { kind: 'fail', how: failing.fail };
  const call = plans.flatMap((plan) => plan.calls ?? [])[input.results.length];
  if (call !== undefined) return { kind: 'call', call };
  let results: readonly ToolOutcome[] = input.results;
  const answers = plans.map((plan) => {
    const count = plan.calls?.length ?? 0;
    const own = results.slice(0, count);
    results = results.slice(count);
    return plan.answer(own);
  });
  const slowest = Math.max(0, ...plans.map((plan) => plan.wordDelayMs ?? 0));
  const text = inCharacter(answers.join('\n\n'), input.files);
  return { kind: 'say', text, ...(slowest > 0 ? { wordDelayMs: slowest } : {}) };
};
