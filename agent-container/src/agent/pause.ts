import { createHash } from 'node:crypto';
import {
  BeforeToolCallEvent,
  InterruptResponseContent,
  Message,
  SNAPSHOT_SCHEMA_VERSION,
  TextBlock,
} from '@strands-agents/sdk';
import type { Agent, Interrupt } from '@strands-agents/sdk';
import type { Ask } from '@agent-claw/core';
import type { ToolGate } from '../tools/consent.ts';

type JsonValue = Parameters<Agent['loadSnapshot']>[0]['data'][string];

/** Where a run stands that waits for a decision about a call: the library's own state, as JSON. */
export interface Paused {
  /** Names the question. */
  readonly id: string;
  readonly interrupts: JsonValue;
}

const DENIED =
  'The person does not want this call. Do not make it in another way: go on without it, or say what is missing.';

/**
 * Asks the gate before every call. A call that needs consent halts the run; the answer, given at any later time, comes back
 * to this same place. What somebody has decided about this very call counts more than what is allowed by now.
 */
export const askBeforeCalls = (agent: Agent, gate: ToolGate, turnStart: number): void => {
  agent.addHook(BeforeToolCallEvent, (event) => {
    const verdict = gate(event.toolUse, agent.messages.slice(turnStart));
    if (verdict.kind === 'run') return;
    if (verdict.kind === 'refuse') {
      event.cancel = verdict.why;
      return;
    }
    const known = verdict.kind === 'allowed' ? { response: true } : {};
    const name = questionOf(verdict.ask);
    if (!event.interrupt<boolean>({ name, reason: { ...verdict.ask }, ...known })) event.cancel = DENIED;
  });
};

// The library knows a question by the call's id and this name. Some providers give several calls the same id: named by what it
// is about, the answer to one question is never taken for the answer to another.
const questionOf = (ask: Ask): string => createHash('sha256').update(JSON.stringify(ask)).digest('hex');

/** What the halted run waits for, and what it takes to go on. */
export const pausedAt = (agent: Agent, interrupt: Interrupt): { readonly ask: Ask; readonly paused: Paused } => ({
  ask: interrupt.reason as unknown as Ask,
  paused: { id: interrupt.id, interrupts: agent.takeSnapshot({ include: ['interrupts'] }).data['interrupts'] ?? null },
});

/** Puts a new agent to where the halted one stood. @returns what to call it with. */
export const resumeAt = (agent: Agent, { id, interrupts }: Paused, isAllowed: boolean): InterruptResponseContent[] => {
  const kept = { scope: 'agent', schemaVersion: SNAPSHOT_SCHEMA_VERSION, createdAt: '', appData: {} } as const;
  agent.loadSnapshot({ ...kept, data: { interrupts } });
  return [new InterruptResponseContent({ interruptId: id, response: isAllowed })];
};

/** Ends the messages of a turn that waits, for turns that come before the decision: no provider takes a call without its result. */
export const waitingMessage = ({ tool, input }: Ask, said: string): Message => {
  const line = `(I asked for consent to call ${tool} with ${input}. It has not been called; it will be once that is given.)`;
  return new Message({ role: 'assistant', content: [new TextBlock(said === '' ? line : `${said}\n\n${line}`)] });
};
