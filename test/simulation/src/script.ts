import type { AnswerTurn } from '@agent-claw/agent-container/answer-turn';
import type { EntryId, TurnCall, TurnMessage } from '@agent-claw/core';
import type { Faults } from './faults.ts';
import type { Process } from './process.ts';
import type { Random } from './random.ts';

export interface ScriptDeps {
  readonly random: Random;
  readonly faults: Faults;
  readonly note: (who: string, what: string) => void;
  /** Appends a line to MEMORY.md with the container's own tool; @returns what the tool said to the model. */
  readonly remember: (
    process: Process,
    laneId: string,
    line: string,
    mayWrite: () => Promise<boolean>,
  ) => Promise<string>;
  /** What the model was given to read, before it could answer. */
  readonly seeInput: (process: Process, call: TurnCall, ids: readonly EntryId[], isStart: boolean) => void;
  /** True for a run that ends its microVM. */
  readonly isDeadly: (ids: readonly EntryId[]) => boolean;
}

/** The unique words in what a person wrote: the message's own, and that of an edit. */
const tokensIn = (text: string): readonly string[] => text.match(/\bk\d+(?:e\d+)?\b/gu) ?? ['k0'];
export const openMark = (token: string): string => `<${token}`;
export const failMark = (token: string): string => `failed:${token}`;
export const closeMark = (token: string): string => `${token}>`;

/**
 * A model with a will of its own: some steps of some length, now and then a note in MEMORY.md. It begins by naming every
 * message that it has read and ends by naming each again, so that a missing or doubled part shows.
 */
export const scriptedAnswer =
  (process: Process, { random, faults, note, remember, seeInput, isDeadly }: ScriptDeps): AnswerTurn =>
  async (call, _conversation, line, signal) => {
    const tokens: string[] = [];
    const consumed: EntryId[] = [];
    let reply = '';
    const say = (text: string): void => {
      reply += `${text} `;
      line.emit({ type: 'text', delta: `${text} ` });
    };
    const read = (messages: readonly TurnMessage[]): void => {
      if (messages.length === 0) return;
      const ids = messages.map(({ id }) => id);
      const words = messages.flatMap(({ text }) => tokensIn(text));
      seeInput(process, call, ids, consumed.length === 0);
      note(process.name, `reads ${words.join(' ')} in ${call.turnId}`);
      consumed.push(...ids);
      tokens.push(...words);
    };
    const answered = (ending: 'complete' | 'stopped' | 'limit') =>
      ({ kind: 'answered', messages: [], reply, consumed, ending }) as const;

    if (call.kind === 'heartbeat') {
      await process.clock.sleep(random.int(200, 20_000), signal);
      const ids = call.messages.map(({ id }) => id);
      seeInput(process, call, ids, true);
      consumed.push(...ids);
      if (!signal.aborted) say(random.chance(0.5) ? 'HEARTBEAT_OK' : `beat-${ids.join('-')}`);
      return answered(signal.aborted ? 'stopped' : 'complete');
    }
    const steps = random.int(1, 4);
    const isLong = random.chance(0.15);
    for (let step = 1; step <= steps; step += 1) {
      const steered = step === 1 ? call.messages : line.takeSteered();
      read(steered);
      if (isDeadly(consumed)) process.die();
      if (random.chance(0.2)) {
        line.emit({ type: 'tool_started', name: 'append_file', summary: 'Noting' });
        const said = await remember(process, call.laneId, `- ${call.turnId} ${step} ${tokens[0] ?? ''}`, line.mayWrite);
        line.emit({ type: 'tool_finished', name: 'append_file', ok: said.startsWith('Added') });
      }
      await process.clock.sleep(isLong ? random.int(5_000, 60_000) : random.int(100, 6_000), signal);
      if (signal.aborted) return answered('stopped');
      if (faults.on('M1.throttled')) {
        faults.fire('M1.throttled');
        // What was put in meanwhile is still waiting, and is answered by the next turn.
        const asked = call.messages.flatMap(({ text }) => tokensIn(text).map(failMark));
        const message = `I could not finish ${asked.join(' ')}`;
        return { kind: 'failed', code: 'model_busy', message, retryable: random.chance(0.7) };
      }
      if (steered.length > 0) say(steered.flatMap(({ text }) => tokensIn(text).map(openMark)).join(' '));
      say(Array.from({ length: random.int(1, 12) }, (_, index) => `word${step}.${index}`).join(' '));
    }
    say(tokens.map(closeMark).join(' '));
    if (!faults.on('M2.too_long')) return answered('complete');
    faults.fire('M2.too_long');
    return answered('limit');
  };
