import { MODEL_CHOICES } from '@agent-claw/core';
import type {
  Ask,
  Clock,
  Conversation,
  EntryId,
  Log,
  Overheard,
  SavedTurn,
  TurnCall,
  TurnEnd,
  TurnId,
  MediaStore,
  TurnMessage,
  OutgoingFile,
  Speaker,
  WorkspaceStore,
} from '@agent-claw/core';
import type { Model, Tool } from '@strands-agents/sdk';
import { abortOf } from './agent/abort-of.ts';
import { describeFailure } from './agent/failure.ts';
import type { RunFailure } from './agent/failure.ts';
import { cutHistory, messagesUntilPause, restoreMessages } from './agent/history.ts';
import { logFailure } from './agent/log-failure.ts';
import type { Paused } from './agent/pause.ts';
import type { AgentRun, AgentRunResult, RunEvent } from './agent/run-turn.ts';
import { loadPromptFile, loadPromptFiles, seedWorkspace } from './prompt/load-files.ts';
import { createShowMedia } from './media/show-media.ts';
import { envelopeMessages, envelopeOverheard, spokenTime } from './prompt/message-envelope.ts';
import { asPrompt, presentMessages } from './prompt/present-messages.ts';
import type { Presented } from './prompt/present-messages.ts';
import { heartbeatPrompt, heartbeatSystemPrompt, systemPrompt } from './prompt/system-prompt.ts';
import { toolGate } from './tools/consent.ts';
import { fencedWorkspace } from './tools/fenced-workspace.ts';
import { createOutgoingFiles } from './media/outgoing-files.ts';
import type { OutgoingFiles } from './media/outgoing-files.ts';
import { saveFileTool } from './tools/save-file.ts';
import { sendTools } from './tools/send-tools.ts';
import { workspaceTools } from './tools/workspace-tools.ts';
import { isUpkeep, tendConversation } from './upkeep.ts';

export type TurnAnswer =
  | {
      readonly kind: 'answered';
      readonly messages: readonly unknown[];
      readonly reply: string;
      readonly consumed: readonly EntryId[];
      /** To be sent beside the reply, in order. */
      readonly files?: readonly OutgoingFile[];
      readonly ending: TurnEnd;
      readonly ask?: Ask;
      readonly paused?: unknown;
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
  /** Of heartbeats, and of who chose `fast`. */
  readonly heartbeatModel: Model;
  /** What `model` was made from; it tells which files the model takes. */
  readonly modelSpec: string;
  readonly heartbeatModelSpec: string;
  readonly media: MediaStore;
  readonly speaker: Speaker;
  /** The lane's own files; the prefix follows from the lane, never from the model. */
  readonly workspaceFor: (call: Pick<TurnCall, 'laneId' | 'privateLane'>) => WorkspaceStore;
  readonly timeZone: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Puts the prompt of a turn together, runs the agent and says what came of it. */
export const createAnswerTurn = (deps: AnswerTurnDeps): AnswerTurn => {
  const envelope = ({ overheard = [], messages }: TurnCall): string =>
    envelopeOverheard(overheard, deps.timeZone) + envelopeMessages(messages, deps.timeZone);
  /** One for a turn: what was shown counts against what else fits. */
  const presenter = (modelSpec: string) => {
    const show = createShowMedia({ store: deps.media, modelSpec, log: deps.log });
    return (messages: readonly TurnMessage[], overheard?: readonly Overheard[]): Promise<Presented> =>
      presentMessages(messages, deps.timeZone, show, overheard);
  };

  /** What a turn can do: with the lane's files, and with what came and goes. */
  const toolsFor = (call: TurnCall, workspace: WorkspaceStore, outgoing: OutgoingFiles): readonly Tool[] => {
    const { media, speaker, log } = deps;
    const { laneId, privateLane } = call;
    const own = { laneId, workspace, privateLane, media, log };
    return [...workspaceTools(own), saveFileTool(own), ...sendTools({ ...own, speaker, outgoing })];
  };

  const heartbeatRun = async (call: TurnCall, line: TurnLine, outgoing: OutgoingFiles): Promise<AgentRun> => {
    const workspace = fencedWorkspace(deps.workspaceFor(call), line.mayWrite);
    const [heartbeat, soul] = await Promise.all([
      loadPromptFile(workspace, 'HEARTBEAT.md'),
      loadPromptFile(workspace, 'SOUL.md'),
    ]);
    return {
      model: deps.heartbeatModel,
      modelSpec: deps.heartbeatModelSpec,
      systemPrompt: heartbeatSystemPrompt(heartbeat.content ?? '', soul.content),
      history: [],
      tools: toolsFor(call, workspace, outgoing),
      sendsFiles: () => outgoing.all().length > 0,
      gate: toolGate({ allowed: call.allowed, isAttended: false }),
      prompt: asPrompt(
        heartbeatPrompt(
          spokenTime(deps.clock.now(), deps.timeZone),
          call.messages.map((message) => message.text),
        ),
      ),
      // A heartbeat answers nobody: what people say meanwhile is the next turn's.
      takeSteered: () => [],
      present: presenter(deps.heartbeatModelSpec),
      emit: line.emit,
    };
  };

  const messageRun = async (
    call: TurnCall,
    conversation: Conversation,
    waiting: SavedTurn | undefined,
    line: TurnLine,
    outgoing: OutgoingFiles,
  ): Promise<AgentRun> => {
    const workspace = fencedWorkspace(deps.workspaceFor(call), line.mayWrite);
    const loaded = await loadPromptFiles(workspace, call.privateLane);
    const isNew = call.privateLane && conversation.turns.every((turn) => turn.messages.length === 0);
    const { model, spec } = chosenBy(call, deps);
    const present = presenter(spec);
    const files = isNew ? await seedWorkspace(workspace, loaded) : loaded;
    const notice = noticeFor(call);
    if (notice !== '') line.emit({ type: 'text', delta: notice });
    return {
      model,
      modelSpec: spec,
      systemPrompt: systemPrompt(files, call.privateLane),
      // A turn that is gone on with comes last, whatever was said since it halted.
      history: restoreMessages(conversation.turns.filter((turn) => turn !== waiting)),
      tools: toolsFor(call, workspace, outgoing),
      sendsFiles: () => outgoing.all().length > 0,
      gate: toolGate({ allowed: call.allowed, isAttended: true }),
      ...(waiting === undefined ? {} : { resume: resumeOf(waiting, call.consent?.isAllowed === true) }),
      prompt: waiting === undefined ? await present(call.messages, call.overheard) : asPrompt(''),
      takeSteered: line.takeSteered,
      present,
      emit: line.emit,
    };
  };

  return async (call, conversation, line, signal) => {
    const cut = cutHistory(conversation.turns);
    const remembered = cut === null ? conversation : { turns: cut.kept };
    try {
      if (isUpkeep(call.kind)) {
        const upkeep = { run: deps.run, model: deps.heartbeatModel, modelSpec: deps.heartbeatModelSpec };
        const kept = await tendConversation(upkeep, call.kind, call, conversation.turns, line.emit, signal);
        return { kind: 'answered', ...kept, consumed: call.messages.map(({ id }) => id) };
      }
      const isHeartbeat = call.kind === 'heartbeat';
      const waiting = conversation.turns.find(
        ({ turnId, paused }) => turnId === call.consent?.of && paused !== undefined,
      );
      if (call.consent !== undefined && waiting === undefined) return NOT_OPEN;
      const outgoing = createOutgoingFiles();
      const preparing = isHeartbeat
        ? heartbeatRun(call, line, outgoing)
        : messageRun(call, remembered, waiting, line, outgoing);
      // A workspace that hangs does not keep a stop waiting either.
      const run = await Promise.race([preparing, abortOf(signal).then(() => null)]);
      const result = run === null ? stoppedUnheard(waiting, envelope(call)) : await deps.run(run, signal);
      // What the turn had before it halted is part of this one from here on.
      const evict = [...(cut?.evicted ?? []), ...(waiting === undefined ? [] : [waiting.turnId])];
      return {
        kind: 'answered',
        // Without messages of its own a heartbeat leaves no trace in the history, whatever conversation it is saved under.
        messages: isHeartbeat ? [] : result.messages,
        reply: noticeFor(call) + result.reply,
        consumed: [...call.messages.map((message) => message.id), ...result.steered],
        ending: result.ending,
        ...(outgoing.all().length === 0 ? {} : { files: outgoing.all() }),
        ...result.waiting,
        ...(evict.length === 0 ? {} : { evict }),
      };
    } catch (error) {
      const failure = describeFailure(error);
      logFailure(deps.log, 'turn_failed', error, { laneId: call.laneId, turnId: call.turnId, code: failure.code });
      return { kind: 'failed', ...failure };
    }
  };
};

const resumeOf = (waiting: SavedTurn, isAllowed: boolean): NonNullable<AgentRun['resume']> => ({
  messages: messagesUntilPause(waiting),
  paused: waiting.paused as Paused,
  isAllowed,
});

/** A decision about a turn that the conversation has no more: it was undone, summed up, or cut with old history. */
const NOT_OPEN: TurnAnswer = {
  kind: 'answered',
  messages: [],
  reply:
    'I cannot go on with that: the conversation has forgotten it. Nothing was done; ask me again if you still want it.',
  consumed: [],
  ending: 'complete',
};

/** The model that the lane has chosen by its name. */
const chosenBy = ({ model }: TurnCall, deps: AnswerTurnDeps): { readonly model: Model; readonly spec: string } =>
  model === 'fast'
    ? { model: deps.heartbeatModel, spec: deps.heartbeatModelSpec }
    : { model: deps.model, spec: deps.modelSpec };

/** For a choice that this container does not know: another model than the one asked for answers, so it is said. */
const noticeFor = ({ kind, model = 'default' }: TurnCall): string =>
  kind === 'heartbeat' || MODEL_CHOICES.some(({ name }) => name === model)
    ? ''
    : '_The chosen model is not here any more; this is the default one. /model shows what there is._\n\n';

/** What is kept of a turn that was stopped before its model was asked: of one that goes on with another, what that one had. */
const stoppedUnheard = (waiting: SavedTurn | undefined, prompt: string): AgentRunResult => ({
  reply: '',
  messages: [
    ...(waiting?.messages.slice(0, -1) ?? [{ role: 'user', content: [{ text: prompt }] }]),
    { role: 'assistant', content: [{ text: '(stopped)' }] },
  ],
  steered: [],
  ending: 'stopped',
});
