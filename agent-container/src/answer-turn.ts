import type {
  Clock,
  Conversation,
  EntryId,
  Log,
  TurnCall,
  TurnId,
  TurnMessage,
  WorkspaceStore,
} from '@agent-claw/core';
import type { Model } from '@strands-agents/sdk';
import { abortOf } from './agent/abort-of.ts';
import { describeFailure } from './agent/failure.ts';
import type { RunFailure } from './agent/failure.ts';
import { cutHistory, restoreMessages } from './agent/history.ts';
import { logFailure } from './agent/log-failure.ts';
import type { AgentRun, AgentRunResult, RunEvent } from './agent/run-turn.ts';
import { loadPromptFile, loadPromptFiles, seedWorkspace } from './prompt/load-files.ts';
import { envelopeMessages, spokenTime } from './prompt/message-envelope.ts';
import { heartbeatPrompt, heartbeatSystemPrompt, systemPrompt } from './prompt/system-prompt.ts';
import { fencedWorkspace } from './tools/fenced-workspace.ts';
import { workspaceTools } from './tools/workspace-tools.ts';

export type TurnAnswer =
  | {
      readonly kind: 'answered';
      readonly messages: readonly unknown[];
      readonly reply: string;
      readonly consumed: readonly EntryId[];
      readonly ending: 'complete' | 'stopped' | 'limit';
      /** These turns of the history may be forgotten. */
      readonly evict?: readonly TurnId[];
    }
  | ({ readonly kind: 'failed' } & RunFailure);

export interface TurnLine {
  readonly emit: (event: RunEvent) => void;
  readonly takeSteered: () => readonly TurnMessage[];
  /** Asked before every write outside the conversation. False ends the run: a newer one has its place. */
  readonly mayWrite: () => Promise<boolean>;
}

/** Answers one turn, once. Saves nothing: the caller does, under the fence. Never throws for what a turn can run into. */
export type AnswerTurn = (
  call: TurnCall,
  conversation: Conversation,
  line: TurnLine,
  signal: AbortSignal,
) => Promise<TurnAnswer>;

export interface AnswerTurnDeps {
  readonly run: (run: AgentRun, signal: AbortSignal) => Promise<AgentRunResult>;
  readonly model: Model;
  readonly heartbeatModel: Model;
  /** The lane's own files; the prefix follows from the lane, never from the model. */
  readonly workspaceFor: (call: Pick<TurnCall, 'laneId' | 'privateLane'>) => WorkspaceStore;
  readonly timeZone: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Puts the prompt of a turn together, runs the agent and says what came of it. */
export const createAnswerTurn = (deps: AnswerTurnDeps): AnswerTurn => {
  const envelope = (messages: readonly TurnMessage[]): string => envelopeMessages(messages, deps.timeZone);

  const heartbeatRun = async (call: TurnCall, line: TurnLine): Promise<AgentRun> => {
    const workspace = fencedWorkspace(deps.workspaceFor(call), line.mayWrite);
    const [heartbeat, soul] = await Promise.all([
      loadPromptFile(workspace, 'HEARTBEAT.md'),
      loadPromptFile(workspace, 'SOUL.md'),
    ]);
    return {
      model: deps.heartbeatModel,
      systemPrompt: heartbeatSystemPrompt(heartbeat.content ?? '', soul.content),
      history: [],
      tools: workspaceTools({ workspace, privateLane: call.privateLane, log: deps.log }),
      prompt: heartbeatPrompt(
        spokenTime(deps.clock.now(), deps.timeZone),
        call.messages.map((message) => message.text),
      ),
      // A heartbeat answers nobody: what people say meanwhile is the next turn's.
      takeSteered: () => [],
      envelope,
      emit: line.emit,
    };
  };

  const messageRun = async (call: TurnCall, conversation: Conversation, line: TurnLine): Promise<AgentRun> => {
    const workspace = fencedWorkspace(deps.workspaceFor(call), line.mayWrite);
    const loaded = await loadPromptFiles(workspace, call.privateLane);
    const isNew = call.privateLane && conversation.turns.every((turn) => turn.messages.length === 0);
    const files = isNew ? await seedWorkspace(workspace, loaded) : loaded;
    return {
      model: deps.model,
      systemPrompt: systemPrompt(files, call.privateLane),
      history: restoreMessages(conversation.turns),
      tools: workspaceTools({ workspace, privateLane: call.privateLane, log: deps.log }),
      prompt: envelope(call.messages),
      takeSteered: line.takeSteered,
      envelope,
      emit: line.emit,
    };
  };

  return async (call, conversation, line, signal) => {
    const cut = cutHistory(conversation.turns);
    const remembered = cut === null ? conversation : { turns: cut.kept };
    try {
      const isHeartbeat = call.kind === 'heartbeat';
      const preparing = isHeartbeat ? heartbeatRun(call, line) : messageRun(call, remembered, line);
      // A workspace that hangs does not keep a stop waiting either.
      const run = await Promise.race([preparing, abortOf(signal).then(() => null)]);
      const result = run === null ? stoppedUnheard(envelope(call.messages)) : await deps.run(run, signal);
      return {
        kind: 'answered',
        // Without messages of its own a heartbeat leaves no trace in the history, whatever conversation it is saved under.
        messages: isHeartbeat ? [] : result.messages,
        reply: result.reply,
        consumed: [...call.messages.map((message) => message.id), ...result.steered],
        ending: result.ending,
        ...(cut === null ? {} : { evict: cut.evicted }),
      };
    } catch (error) {
      const failure = describeFailure(error);
      logFailure(deps.log, 'turn_failed', error, { laneId: call.laneId, turnId: call.turnId, code: failure.code });
      return { kind: 'failed', ...failure };
    }
  };
};

/** What is kept of a turn that was stopped before its model was asked. */
const stoppedUnheard = (prompt: string): AgentRunResult => ({
  reply: '',
  messages: [
    { role: 'user', content: [{ text: prompt }] },
    { role: 'assistant', content: [{ text: '(stopped)' }] },
  ],
  steered: [],
  ending: 'stopped',
});
