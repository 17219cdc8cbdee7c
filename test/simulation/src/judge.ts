import type { BotMessage, SentUpdate, Sightings } from './sightings.ts';
import { closeMark, failMark, openMark } from './script.ts';

const hasWord = (text: string, word: string): boolean => text.split(/\s+/u).includes(word);
/** A preview ends like this; a finished text does not. */
const isDraft = (text: string): boolean => text.trimEnd().endsWith('…');
const lastText = (message: BotMessage): string => message.texts.at(-1)?.text ?? '';
/** What the chat shows in the end, or showed until a person took it away. */
const isVisible = (message: BotMessage): boolean =>
  message.deletedAtMs === undefined || message.deletedByPerson === true;

/** What is wrong with a schedule, in short sentences; empty when every promise was kept. */
export const judge = (sightings: Sightings): readonly string[] => [
  ...sightings.seen,
  ...sightings.waiting.map((what) => `not drained: ${what}`),
  ...sightings.updates.flatMap((update) => answerProblems(update, sightings)),
  ...orderProblems(sightings),
  ...commandProblems(sightings),
  ...draftProblems(sightings),
  ...heartbeatProblems(sightings),
  ...memoryProblems(sightings),
  ...sightings.staleCalls.map(
    ({ what, fence, above }) => `zombie: ${what} under fence ${fence} after ${above} had spoken`,
  ),
];

/** Finished messages of the lane that have this word. */
const saying = (update: SentUpdate, word: string, { messages }: Sightings): readonly BotMessage[] =>
  messages.filter(
    (message) =>
      message.laneId === update.laneId &&
      isVisible(message) &&
      // Telegram refused to remove it: a placeholder that stays spoils the look.
      !message.removalAsked &&
      !isDraft(lastText(message)) &&
      hasWord(lastText(message), word),
  );

const alarmed = (sightings: Sightings, name: string, laneId: string): boolean =>
  sightings.alarms.some((alarm) => alarm.name === name && alarm.laneId === laneId);

const inDoubt = ({ alarms }: Sightings, laneId: string, turnId: string | undefined): boolean =>
  alarms.some((alarm) => alarm.name === 'reply_in_doubt' && alarm.laneId === laneId && alarm.turnId === turnId);

/** A stop reaches what was said before it; when Telegram itself changed the order, also what it brought before it. */
const isStoppable = (update: SentUpdate, { updates }: Sightings): boolean =>
  updates.some(
    (stop) =>
      (stop.kind === 'stop' || stop.kind === 'press') &&
      stop.laneId === update.laneId &&
      // A button ends its turn, whatever that has read.
      (stop.kind === 'press' ||
        stop.updateId > update.updateId ||
        (stop.firstDeliveredAtMs ?? 0) > (update.firstDeliveredAtMs ?? 0)),
  );

const answerProblems = (update: SentUpdate, sightings: Sightings): readonly string[] => {
  if (update.isStranger || update.kind !== 'message') return [];
  const { token, laneId, updateId } = update;
  if (update.acceptedAtMs === undefined) return [`update ${updateId} was never accepted`];
  const failed = saying(update, failMark(token), sightings);
  // What a run had said before it failed is no answer: the next one answers what was not asked of that turn.
  const isAnswer = (message: BotMessage): boolean => !isFailure(message, sightings);
  const opened = saying(update, openMark(token), sightings).filter(isAnswer);
  const closed = saying(update, closeMark(token), sightings).filter(isAnswer);
  const copies = [
    ...tooMany(update, opened, 'its answer begins', sightings),
    ...tooMany(update, closed, 'its answer ends', sightings),
    ...tooMany(update, failed, 'its failure is told', sightings),
  ];
  const isAnswered = (opened.length > 0 && closed.length > 0) || failed.length > 0;
  if (isAnswered || isStoppable(update, sightings) || isExcused(update, sightings)) return copies;
  if (!sightings.parked.has(`${laneId}/u${updateId}`))
    return [...copies, `update ${updateId} was lost: its answer ${opened.length > 0 ? 'has no end' : 'is nowhere'}`];
  return alarmed(sightings, 'turn_parked', laneId)
    ? copies
    : [...copies, `update ${updateId} was put aside without an alarm`];
};

/** Two copies only where a send was in doubt, never three. */
const tooMany = (
  update: SentUpdate,
  says: readonly BotMessage[],
  what: string,
  sightings: Sightings,
): readonly string[] => {
  const { updateId, laneId } = update;
  // One that a person took away was seen, but is no second copy any more.
  const answers = says.filter(({ deletedAtMs }) => deletedAtMs === undefined);
  // A person who asks for another try of what was put aside may get another answer.
  if (isRetried(laneId, sightings)) {
    const turns = new Set(answers.map(({ turnId }) => turnId));
    if (turns.size > 1)
      return [...turns].flatMap((turn) =>
        tooMany(
          update,
          answers.filter(({ turnId }) => turnId === turn),
          what,
          sightings,
        ),
      );
  }
  if (answers.length < 2) return [];
  if (answers.length > 2) return [`update ${updateId}: ${what} ${answers.length} times`];
  const isFlagged =
    answers.some(({ turnId }) => inDoubt(sightings, laneId, turnId)) && answers.some(({ noted }) => !noted);
  const isRefused = answers.some(({ turnId }) => sightings.undeliverable.has(`${laneId}/${turnId ?? ''}`));
  return isFlagged || isRefused ? [] : [`update ${updateId}: ${what} twice, and nothing is in doubt`];
};

const isRetried = (laneId: string, sightings: Sightings): boolean =>
  alarmed(sightings, 'turn_parked', laneId) &&
  sightings.updates.some((update) => update.laneId === laneId && update.command === 'retry');

/** What was said about a failure, with the words that the run had until then. */
const isFailure = (message: BotMessage, { messages }: Sightings): boolean => {
  const tells = (said: BotMessage): boolean => /failed:|⚠️ I /u.test(lastText(said));
  if (message.part?.startsWith('f') === true || tells(message)) return true;
  // A draft stays when the line about the failure refers to it.
  return (
    message.part === 'draft' &&
    messages.some((other) => other.laneId === message.laneId && other.turnId === message.turnId && tells(other))
  );
};

/** Why an answer may be missing although its message was not put aside. */
const isExcused = ({ laneId }: SentUpdate, sightings: Sightings): boolean =>
  sightings.closedLanes.has(laneId) ||
  [...sightings.undeliverable].some((turn) => turn.startsWith(`${laneId}/`)) ||
  // The part, its second try and the line about it, all in doubt: nobody can be told any more, but the alarm rings.
  sightings.alarms.filter((alarm) => alarm.name === 'reply_in_doubt' && alarm.laneId === laneId).length >= 3 ||
  // The microVM's life ended in the middle: what there was is the answer, and the chat is told so.
  sightings.messages.some((message) => message.laneId === laneId && lastText(message).includes('⏱')) ||
  // A part that was sent twice without Telegram's word may be missing; the chat is told.
  sightings.messages.some(
    (message) => message.laneId === laneId && /may be missing or doubled|The line was cut/u.test(lastText(message)),
  );

/** First answers follow the order of updates, as far as Telegram kept it. */
const orderProblems = (sightings: Sightings): readonly string[] => {
  const firstAt = (update: SentUpdate): number | undefined => {
    const at = sightings.messages.flatMap((message) =>
      message.laneId === update.laneId
        ? message.texts.filter(({ text }) => hasWord(text, openMark(update.token))).map(({ atMs }) => atMs)
        : [],
    );
    return at.length === 0 ? undefined : Math.min(...at);
  };
  const said = sightings.updates
    .filter(({ kind, isStranger }) => kind === 'message' && !isStranger)
    .map((update) => ({ update, atMs: firstAt(update) }));
  const problems: string[] = [];
  for (const before of said)
    for (const after of said) {
      if (before.update.laneId !== after.update.laneId || before.update.updateId >= after.update.updateId) continue;
      if (before.atMs === undefined || after.atMs === undefined || before.atMs <= after.atMs) continue;
      const wasKept = (before.update.acceptedAtMs ?? Infinity) <= (after.update.firstDeliveredAtMs ?? 0);
      if (wasKept && !isRetried(before.update.laneId, sightings))
        problems.push(`order: ${after.update.updateId} was answered before ${before.update.updateId}`);
    }
  return problems;
};

const COMMAND_TEXT: Readonly<Record<string, RegExp>> = {
  help: /^I am your assistant/u,
  status: /^\*\*Status\*\*/u,
  whoami: /^Your Telegram id/u,
  new: /^✨/u,
};

/** Each command is answered once. */
const commandProblems = (sightings: Sightings): readonly string[] => {
  const problems: string[] = [];
  const lanes = new Set(sightings.updates.map(({ laneId }) => laneId));
  for (const laneId of lanes)
    for (const [command, pattern] of Object.entries(COMMAND_TEXT)) {
      const asked = sightings.updates.filter((update) => update.laneId === laneId && update.command === command);
      const answers = sightings.messages.filter(
        (message) => message.laneId === laneId && isVisible(message) && pattern.test(lastText(message)),
      );
      const doubts = answers.filter(({ turnId }) => inDoubt(sightings, laneId, turnId)).length;
      if (answers.length > asked.length + doubts)
        problems.push(`/${command} in ${laneId} was answered ${answers.length} times for ${asked.length}`);
      const excused = asked.filter((update) => isStoppable(update, sightings)).length;
      // Tried twice, and nobody knows: it is counted, and a command is soon said again.
      const mayMiss =
        asked.some((update) => isExcused(update, sightings)) ||
        alarmed(sightings, 'turn_parked', laneId) ||
        alarmed(sightings, 'reply_in_doubt', laneId);
      if (answers.length < asked.length - excused && !mayMiss)
        problems.push(`/${command} in ${laneId} was answered ${answers.length} times for ${asked.length}`);
    }
  return problems;
};

/** No half sentence stays behind, also not over a text that was finished before. */
const draftProblems = ({ messages, undeliverable, alarms, closedLanes }: Sightings): readonly string[] =>
  messages.flatMap((message) => {
    const problems: string[] = [];
    const isLeft = message.deletedAtMs === undefined && isDraft(lastText(message));
    // What was put aside may keep it: the line about it refers to it, and after six crashes there is not even a line.
    const isKept = alarms.some(
      ({ name, laneId, turnId }) => name === 'turn_parked' && laneId === message.laneId && turnId === message.turnId,
    );
    const isReferredTo = messages.some(
      (other) =>
        other.laneId === message.laneId && other.turnId === message.turnId && /\babove\b/u.test(lastText(other)),
    );
    // Who refuses messages keeps what was there.
    const isRefused = closedLanes.has(message.laneId) || undeliverable.has(`${message.laneId}/${message.turnId ?? ''}`);
    if (isLeft && !isKept && !isReferredTo && !isRefused && message.noted && !message.removalAsked)
      problems.push(`#${message.id} stays behind as a draft: ${lastText(message)}`);
    return problems;
  });

/** Each period speaks once at most. */
const heartbeatProblems = (sightings: Sightings): readonly string[] => {
  const beats = sightings.messages.filter(
    (message) => message.deletedAtMs === undefined && lastText(message).startsWith('beat-'),
  );
  const doubts = beats.filter(({ laneId, turnId }) => inDoubt(sightings, laneId, turnId)).length;
  return beats.length > sightings.ticks + doubts
    ? [`heartbeat spoke ${beats.length} times in ${sightings.ticks} periods`]
    : [];
};

const memoryProblems = ({ memory }: Sightings): readonly string[] => {
  const lines = memory.text.split('\n').filter((line) => line !== '');
  const doubled = lines.filter((line, index) => lines.indexOf(line) !== index);
  return [
    ...memory.acknowledged.filter((line) => !lines.includes(line)).map((line) => `memory lost "${line}"`),
    ...doubled.map((line) => `memory doubled "${line}"`),
  ];
};
