import {
  AfterModelCallEvent,
  Agent,
  BeforeModelCallEvent,
  MaxTokensError,
  Message,
  NullConversationManager,
  TextBlock,
  ToolResultBlock,
} from '@strands-agents/sdk';
import type { AgentResult, Model, StreamEvent, Tool } from '@strands-agents/sdk';
import { costUsdOf } from '@agent-claw/core';
import type { Ask, Clock, EntryId, TurnEnd, TurnMessage } from '@agent-claw/core';
import { abortOf } from './abort-of.ts';
import { isWorthAnotherCall } from './failure.ts';
import { savedMessage } from './history.ts';
import { askBeforeCalls, pausedAt, resumeAt, waitingMessage } from './pause.ts';
import type { Paused } from './pause.ts';
import type { Presented } from '../prompt/present-messages.ts';
import type { ToolGate } from '../tools/consent.ts';
import { textOf, toolSummary, usageOf } from './read-blocks.ts';

const MAX_STEPS = 40;
const MAX_OUTPUT_TOKENS = 64_000;
const MAX_TOTAL_TOKENS = 2_000_000;
const MODEL_ATTEMPTS = 4;
const FIRST_RETRY_MS = 1_000;
/** How long a stopped run may take to notice; then whatever hangs, model or tool, is left behind. */
const STOP_GRACE_MS = 500;

/** What a run tells while it works; the turn table gives it a number. */
export type RunEvent =
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'tool_started'; readonly name: string; readonly summary: string }
  | { readonly type: 'tool_finished'; readonly name: string; readonly ok: boolean }
  | {
      readonly type: 'usage';
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly costUsd?: number;
    };

export interface AgentRun {
  readonly model: Model;
  /** What `model` was made from; it tells what the run costs. */
  readonly modelSpec: string;
  readonly systemPrompt: string;
  readonly history: readonly Message[];
  readonly tools: readonly Tool[];
  readonly gate: ToolGate;
  /** The run goes on where another one halted; then there is no prompt. */
  readonly resume?: {
    /** What that run's turn had by then. */
    readonly messages: readonly Message[];
    readonly paused: Paused;
    readonly isAllowed: boolean;
  };
  /** The user side of this turn, as the model reads it. */
  readonly prompt: Presented;
  /** Hands out, once, what people said since the last call; it is read before every model call. */
  readonly takeSteered: () => readonly TurnMessage[];
  readonly present: (messages: readonly TurnMessage[]) => Promise<Presented>;
  /** Whether something goes out beside the words: then there need be none. */
  readonly sendsFiles?: () => boolean;
  /** Everything emitted as `text`, joined, is the reply. */
  readonly emit: (event: RunEvent) => void;
}

export interface AgentRunResult {
  readonly reply: string;
  /** This turn's messages: user and assistant alternate, every tool call has its result, the last one is the assistant's. */
  readonly messages: readonly unknown[];
  readonly steered: readonly EntryId[];
  readonly ending: TurnEnd;
  /** What the run waits for, and where it stands. */
  readonly waiting?: { readonly ask: Ask; readonly paused: Paused };
}

const cutLine = {
  steps: `I stopped here: this took ${MAX_STEPS} steps, which is my limit for one turn. Tell me to go on if you want more.`,
  length: 'I stopped here: this answer reached my limit for one turn. Tell me to go on if you want more.',
  blocked: 'The model or its safety rules stopped this answer. Ask differently, or for something else.',
};
const blockedReasons: ReadonlySet<string> = new Set(['contentFiltered', 'guardrailIntervened', 'refusal']);
/** Why an answer ends before its end, for the person who reads it. */
const cutLineFor = (stopReason: string): string => {
  if (blockedReasons.has(stopReason)) return cutLine.blocked;
  return stopReason === 'limitTurns' ? cutLine.steps : cutLine.length;
};

const assistantMessage = (text: string): Message => new Message({ role: 'assistant', content: [new TextBlock(text)] });

const textIn = (message: Message | undefined): string =>
  (message?.content ?? []).map((block) => (block.type === 'textBlock' ? block.text : '')).join('');

const isCancelNotice = (message: Message | undefined): boolean => {
  const [block, ...others] = message?.role === 'assistant' ? message.content : [];
  return block?.type === 'textBlock' && block.text === 'Cancelled by user' && others.length === 0;
};

/** Tool calls that a run was stopped in have a result as well: no provider takes a history in which one is missing. */
const closeToolCalls = (messages: Message[]): void => {
  const calls = messages.at(-1)?.content.filter((block) => block.type === 'toolUseBlock') ?? [];
  if (calls.length === 0) return;
  const content = calls.map(
    ({ toolUseId }) => new ToolResultBlock({ toolUseId, status: 'error', content: [new TextBlock('Stopped.')] }),
  );
  messages.push(new Message({ role: 'user', content }));
};

/** Puts what people said meanwhile into the user message that is about to be sent: after tool results, roles still alternate. */
const addToLastUserMessage = (messages: Message[], content: Presented['content']): void => {
  const last = messages.at(-1);
  if (last?.role !== 'user')
    throw new Error(`A model call starts with a user message last, but the last one is "${last?.role}".`);
  messages[messages.length - 1] = new Message({ role: 'user', content: [...last.content, ...content] });
};

/**
 * Runs the agent once: a new agent per turn, so that nothing of one turn leaks into the next. `signal` stops it, and
 * what was said until then is kept. Throws what the model or a store threw; then nothing of the turn is to be saved.
 */
export const createAgentRun =
  (deps: { readonly clock: Clock }) =>
  async (run: AgentRun, signal: AbortSignal): Promise<AgentRunResult> => {
    const agent = new Agent({
      model: run.model,
      systemPrompt: run.systemPrompt,
      messages: [...run.history, ...(run.resume?.messages ?? [])],
      tools: [...run.tools],
      printer: false,
      retryStrategy: null,
      conversationManager: new NullConversationManager(),
      toolExecutor: 'sequential',
    });
    const steered: EntryId[] = [];
    let reply = '';
    let stepText = '';
    let inputTokens = 0;
    let outputTokens = 0;
    let costUsd: number | null = 0;

    const say = (text: string): void => {
      reply += text;
      run.emit({ type: 'text', delta: text });
    };
    const separate = (): void => {
      if (reply !== '' && !reply.endsWith('\n\n')) say(reply.endsWith('\n') ? '\n' : '\n\n');
    };

    const notify = (notices: Presented['notices']): void => {
      if (notices.length === 0) return;
      separate();
      say(`${notices.join('\n')}\n\n`);
    };

    askBeforeCalls(agent, run.gate, run.history.length);
    agent.addHook(BeforeModelCallEvent, async () => {
      stepText = '';
      const messages = run.takeSteered();
      if (messages.length === 0) return;
      const { content, notices } = await run.present(messages);
      addToLastUserMessage(agent.messages, content);
      steered.push(...messages.map((message) => message.id));
      notify(notices);
    });
    agent.addHook(AfterModelCallEvent, async (event) => {
      // Words that were shown cannot be taken back: a call is repeated only while it has said nothing.
      if (event.error === undefined || stepText !== '' || event.attemptCount >= MODEL_ATTEMPTS) return;
      if (signal.aborted || !isWorthAnotherCall(event.error)) return;
      await deps.clock.sleep(FIRST_RETRY_MS * 2 ** (event.attemptCount - 1), signal);
      event.retry = true;
    });

    const onEvent = (event: StreamEvent): void => {
      const text = textOf(event);
      if (text !== null) {
        if (stepText === '') separate();
        stepText += text;
        say(text);
        return;
      }
      const update = toolSummary(event);
      if (update !== null) run.emit(update);
      const usage = usageOf(event);
      if (usage === null) return;
      inputTokens += usage.inputTokens;
      outputTokens += usage.outputTokens;
      const callUsd = costUsdOf(run.modelSpec, usage);
      // A sum with a hole in it would read as the whole.
      costUsd = costUsd === null || callUsd === null ? null : costUsd + callUsd;
    };

    // Some providers notice a stop only at their next byte, a tool perhaps never; who asked for the stop does not wait.
    const leftBehind = abortOf(signal)
      .then(() => deps.clock.sleep(STOP_GRACE_MS))
      .then(() => null);

    const drive = async (): Promise<Pick<AgentResult, 'stopReason' | 'interrupts'>> => {
      try {
        const { resume } = run;
        const input = resume === undefined ? [...run.prompt.content] : resumeAt(agent, resume.paused, resume.isAllowed);
        const stream = agent.stream(input, {
          cancelSignal: signal,
          limits: { turns: MAX_STEPS, outputTokens: MAX_OUTPUT_TOKENS, totalTokens: MAX_TOTAL_TOKENS },
        });
        for (;;) {
          const next = await Promise.race([stream.next(), leftBehind]);
          if (next === null) return { stopReason: 'cancelled' };
          if (next.done === true) return next.value;
          onEvent(next.value);
        }
      } catch (error) {
        if (signal.aborted) return { stopReason: 'cancelled' };
        if (error instanceof MaxTokensError) return { stopReason: 'maxTokens' };
        throw error;
      }
    };

    notify(run.prompt.notices);
    const { stopReason, interrupts } = await drive();
    if (inputTokens + outputTokens > 0)
      run.emit({ type: 'usage', inputTokens, outputTokens, ...(costUsd === null ? {} : { costUsd }) });
    const messages = agent.messages.slice(run.history.length);
    // Stopped before the library took the prompt in: the history still begins with what was asked.
    if (messages.length === 0) messages.push(new Message({ role: 'user', content: [...run.prompt.content] }));
    const cut = (ending: 'stopped' | 'limit', mark: string): AgentRunResult => {
      // The library closes a cancelled turn with words of its own; what was really said goes there instead.
      if (stopReason === 'cancelled' && isCancelNotice(messages.at(-1))) messages.pop();
      closeToolCalls(messages);
      const open = messages.at(-1);
      if (open?.role === 'assistant')
        messages[messages.length - 1] = new Message({
          role: 'assistant',
          content: [...open.content, new TextBlock(mark)],
        });
      else {
        // Words before a tool call are in the message of that call already.
        const unkept = stepText === textIn(messages.at(-2)) ? '' : stepText;
        messages.push(assistantMessage(unkept === '' ? mark : `${unkept}\n\n${mark}`));
      }
      return { reply, messages: messages.map(savedMessage), steered, ending };
    };
    const [interrupt] = interrupts ?? [];
    if (interrupt !== undefined) {
      const waiting = pausedAt(agent, interrupt);
      messages.push(waitingMessage(waiting.ask, stepText));
      return { reply, messages: messages.map(savedMessage), steered, ending: 'waiting', waiting };
    }
    if (stopReason === 'cancelled') return cut('stopped', '(stopped)');
    if (stopReason === 'endTurn' || stopReason === 'stopSequence') {
      if (reply.trim() === '' && run.sendsFiles?.() === true)
        messages[messages.length - 1] = assistantMessage('(sent)');
      else if (reply.trim() === '') {
        say('(I have nothing to add.)');
        messages[messages.length - 1] = assistantMessage('(I have nothing to add.)');
      }
      return { reply, messages: messages.map(savedMessage), steered, ending: 'complete' };
    }
    if (stopReason === 'limitTurns') stepText = '';
    const line = cutLineFor(stopReason);
    separate();
    say(line);
    return cut('limit', line);
  };
