import type { AnswerTurn, TurnAnswer } from '@agent-claw/agent-container/answer-turn';
import type { Ask, Conversation, EntryId, TurnCall, TurnEnd, TurnMessage } from '@agent-claw/core';
import type { AskedCalls } from './asked-calls.ts';
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
  /** Calls that need consent. */
  readonly calls: Pick<AskedCalls, 'want' | 'carryOut'>;
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
const marksOf = (token: string): readonly string[] => [openMark(token), closeMark(token)];

/** The word for the decision about the call that a turn waits with. */
export const decisionToken = (of: string): string => `d${Number(of.slice(1))}`;

/** What the turn goes on with; without `waiting` the conversation has it no more. */
const decisionIn = ({ consent }: TurnCall, { turns }: Conversation) =>
  consent === undefined
    ? null
    : {
        token: decisionToken(consent.of),
        waiting: turns.find(({ turnId, paused }) => turnId === consent.of && paused !== undefined),
      };

/**
 * A model with a will of its own: some steps of some length, now and then a note in MEMORY.md. It begins by naming every
 * message that it has read and ends by naming each again, so that a missing or doubled part shows.
 */
export const scriptedAnswer =
  (process: Process, { random, faults, note, remember, calls, seeInput, isDeadly }: ScriptDeps): AnswerTurn =>
  async (call, conversation, line, signal) => {
    const tokens: string[] = [];
    const consumed: EntryId[] = [];
    let reply = '';
    const say = (text: string): void => {
      reply += `${text} `;
      line.emit({ type: 'text', delta: `${text} ` });
    };
    const read = (messages: readonly TurnMessage[], isStart: boolean): void => {
      if (messages.length === 0) return;
      const ids = messages.map(({ id }) => id);
      const words = messages.flatMap(({ text }) => tokensIn(text));
      seeInput(process, call, ids, isStart);
      note(process.name, `reads ${words.join(' ')} in ${call.turnId}`);
      consumed.push(...ids);
      tokens.push(...words);
    };
    const decided = decisionIn(call, conversation);
    // What the turn had that waited is part of this one from here on.
    const evict = decided?.waiting === undefined ? {} : { evict: [decided.waiting.turnId] };
    const answered = (ending: TurnEnd, ask?: Ask): TurnAnswer => {
      const asks = ask === undefined ? {} : { ask, paused: {} };
      return { kind: 'answered', messages: [], reply, consumed, ending, ...asks, ...evict };
    };
    const make = async (ask: Ask): Promise<void> => {
      line.emit({ type: 'tool_started', name: ask.tool, summary: 'Deleting' });
      const said = await calls.carryOut(process, call, ask, line.mayWrite);
      line.emit({ type: 'tool_finished', name: ask.tool, ok: said.startsWith('Deleted') });
    };

    if (call.kind === 'heartbeat') {
      await process.clock.sleep(random.int(200, 20_000), signal);
      const ids = call.messages.map(({ id }) => id);
      seeInput(process, call, ids, true);
      consumed.push(...ids);
      if (!signal.aborted) say(random.chance(0.5) ? 'HEARTBEAT_OK' : `beat-${ids.join('-')}`);
      return answered(signal.aborted ? 'stopped' : 'complete');
    }
    if (decided !== null) {
      seeInput(process, call, [], true);
      note(process.name, `goes on with ${call.consent?.of} in ${call.turnId}: ${call.consent?.isAllowed}`);
      tokens.push(decided.token);
      if (call.consent?.isAllowed === true && decided.waiting?.ask !== undefined) await make(decided.waiting.ask);
    }
    /** @returns what the turn ends with, if it has to wait. */
    const comeToCall = async (words: string): Promise<TurnAnswer | null> => {
      const wanted = calls.want(call, words);
      if (wanted === null) return null;
      if (!wanted.isFree) return answered('waiting', wanted.ask);
      await make(wanted.ask);
      return null;
    };
    // Some ask before they have said a word: then the card is all that their reader sees.
    const asksFirst = random.chance(0.2);
    const steps = random.int(1, 4);
    const isLong = random.chance(0.15);
    for (let step = 1; step <= steps; step += 1) {
      const steered = step === 1 ? call.messages : line.takeSteered();
      read(steered, step === 1);
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
        const asked = call.messages.flatMap(({ text }) => tokensIn(text));
        const about = decided === null ? asked : [decided.token];
        const message = `I could not finish ${about.map(failMark).join(' ')}`;
        return { kind: 'failed', code: 'model_busy', message, retryable: random.chance(0.7) };
      }
      const waits = step === 1 && asksFirst ? await comeToCall(` ${tokens.flatMap(marksOf).join(' ')} `) : null;
      if (waits !== null) return waits;
      const news = steered.flatMap(({ text }) => tokensIn(text));
      if (step === 1) say(tokens.map(openMark).join(' '));
      else if (news.length > 0) say(news.map(openMark).join(' '));
      say(Array.from({ length: random.int(1, 12) }, (_, index) => `word${step}.${index}`).join(' '));
    }
    say(tokens.map(closeMark).join(' '));
    if (!faults.on('M2.too_long')) return (await comeToCall('')) ?? answered('complete');
    faults.fire('M2.too_long');
    return answered('limit');
  };
