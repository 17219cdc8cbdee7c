import {
  hasWord,
  inDoubt,
  isDraft,
  isExcused,
  isFailure,
  isRetried,
  isStoppable,
  lastText,
  saying,
  turnsOf,
  mayKeepPlaceholder,
} from './reading-sightings.ts';
import { closeMark, failMark, openMark } from './script.ts';
import type { BotMessage, SentUpdate, Sightings } from './sightings.ts';

export const answerProblems = (update: SentUpdate, sightings: Sightings): readonly string[] => {
  if (update.isStranger || update.kind !== 'message') return [];
  const { token, laneId, updateId } = update;
  if (update.acceptedAtMs === undefined) return [`update ${updateId} was never accepted`];
  const failed = saying(update, failMark(token), sightings);
  // What a run had said before it failed is no answer: the next one answers what was not asked of that turn.
  const isAnswer = (message: BotMessage): boolean => !isFailure(message, sightings);
  const opened = saying(update, openMark(token), sightings).filter(isAnswer);
  const begun = opened.filter((message) => !isCutShort(message, sightings));
  const closed = saying(update, closeMark(token), sightings).filter(isAnswer);
  const copies = [
    ...copyProblems(update, begun, 'its answer begins', sightings),
    ...copyProblems(update, closed, 'its answer ends', sightings),
    ...copyProblems(update, failed, 'its failure is told', sightings),
  ];
  const isAnswered =
    (opened.length > 0 && closed.length > 0) ||
    failed.length > 0 ||
    isToldUnfinished(update, sightings) ||
    isToldInRescue(update, sightings);
  if (isAnswered || isStoppable(update, sightings) || isExcused(update, sightings)) return copies;
  if (!sightings.parked.has(`${laneId}/u${updateId}`))
    return [...copies, `update ${updateId} was lost: its answer ${opened.length > 0 ? 'has no end' : 'is nowhere'}`];
  const parkings = sightings.alarms.filter(
    ({ name, laneId: lane, turnId }) =>
      name === 'turn_parked' && lane === laneId && turnsOf(update, sightings).has(turnId),
  );
  if (parkings.length === 0) return [...copies, `update ${updateId} was put aside without an alarm`];
  return parkings.some(({ turnId }) => isTold(laneId, turnId, sightings))
    ? copies
    : [...copies, `update ${updateId} was put aside and nobody was told`];
};

/** The words of a failure may go with the leg that began to send them: then the chat is told so, and asked to send it again. */
export const isToldUnfinished = (update: SentUpdate, sightings: Sightings): boolean =>
  sightings.messages.some(
    (message) =>
      message.laneId === update.laneId &&
      turnsOf(update, sightings).has(message.turnId ?? '') &&
      lastText(message).includes('I could not finish this. Send it again'),
  );

/** So many legs that end badly, and what the run has read goes with its turn. */
const LEGS_LOST_TO_RESCUE = 3;

/** Read by a run whose turn was given up after crashes, when an earlier run's failure was being told: that is told of both. */
const isToldInRescue = (update: SentUpdate, sightings: Sightings): boolean =>
  sightings.steered.has(`${update.laneId}/u${update.updateId}`) &&
  (sightings.legsLost.get(update.laneId) ?? 0) >= LEGS_LOST_TO_RESCUE &&
  sightings.messages.some(
    ({ laneId, turnId, part }) =>
      laneId === update.laneId && turnsOf(update, sightings).has(turnId) && part?.startsWith('f') === true,
  );

/** So many legs that end badly, and the lane's messages are put aside without a word: saying it may be what crashes. */
const LEGS_LOST_IN_SILENCE = 6;

/** Whether a turn's messages were put aside, with an alarm and a word to who wrote them. */
export const isToldParked = (laneId: string, turnId: string | undefined, sightings: Sightings): boolean =>
  sightings.alarms.some(
    (alarm) => alarm.name === 'turn_parked' && alarm.laneId === laneId && alarm.turnId === turnId,
  ) && isTold(laneId, turnId, sightings);

/** Whether the chat knows that a turn's messages were put aside, or could not be told. */
const isTold = (laneId: string, turnId: string | undefined, sightings: Sightings): boolean =>
  sightings.messages.some(
    (message) =>
      message.laneId === laneId &&
      message.turnId === turnId &&
      // Where a part of the answer is out, perhaps as the last edit of its placeholder, nothing more is said.
      (!isDraft(lastText(message)) || isFailure(message, sightings)),
  ) ||
  inDoubt(sightings, laneId, turnId) ||
  sightings.undeliverable.has(`${laneId}/${turnId ?? ''}`) ||
  sightings.closedLanes.has(laneId) ||
  (sightings.legsLost.get(laneId) ?? 0) >= LEGS_LOST_IN_SILENCE;

/** What a run had said when its button was pressed: if the run broke over that, what it had read is answered by the next turn. */
const isCutShort = ({ laneId, turnId }: BotMessage, { updates }: Sightings): boolean =>
  updates.some((stop) => stop.kind === 'press' && stop.laneId === laneId && stop.stopsTurn === turnId);

/** Two copies only where a send was in doubt, never three. */
export const copyProblems = (
  update: SentUpdate,
  says: readonly BotMessage[],
  what: string,
  sightings: Sightings,
): readonly string[] => {
  const { updateId, laneId, kind } = update;
  const about = kind === 'decide' ? '' : `update ${updateId}: `;
  // One that a person took away was seen, but is no second copy any more.
  const answers = says.filter(
    (message) =>
      message.deletedAtMs === undefined && !(message.part === 'draft' && mayKeepPlaceholder(message, sightings)),
  );
  // A person who asks for another try of what was put aside may get another answer.
  if (isRetried(laneId, sightings)) {
    const turns = new Set(answers.map(({ turnId }) => turnId));
    if (turns.size > 1)
      return [...turns].flatMap((turn) =>
        copyProblems(
          update,
          answers.filter(({ turnId }) => turnId === turn),
          what,
          sightings,
        ),
      );
  }
  if (answers.length < 2) return [];
  if (answers.length > 2) return [`${about}${what} ${answers.length} times`];
  const isFlagged =
    answers.some(({ turnId }) => inDoubt(sightings, laneId, turnId)) && answers.some(({ noted }) => !noted);
  // Where nothing may be written any more, nothing can be removed either.
  const isRefused =
    sightings.closedLanes.has(laneId) ||
    answers.some(({ turnId }) => sightings.undeliverable.has(`${laneId}/${turnId ?? ''}`));
  return isFlagged || isRefused ? [] : [`${about}${what} twice, and nothing is in doubt`];
};

/** A message that was edited while it waited is answered in its new words. */
export const editProblems = (sightings: Sightings): readonly string[] => {
  const amending = sightings.updates.filter(({ isAmended }) => isAmended === true);
  return amending.flatMap((edit) => {
    const { laneId, edits = '', updateId } = edit;
    const isNewest = amending.every((other) => other.edits !== edits || other.updateId <= updateId);
    // The run may have been given it on the way, before the edit came.
    const isSteered = sightings.steered.has(`${laneId}/u${edits.slice(1)}`);
    const answers = saying(edit, openMark(edits), sightings).filter((message) => !isFailure(message, sightings));
    if (!isNewest || isSteered || answers.length === 0 || saying(edit, openMark(edit.token), sightings).length > 0)
      return [];
    return [`edit ${updateId}: ${edits} was answered in its old words`];
  });
};

/** First answers follow the order of updates, as far as Telegram kept it. */
export const orderProblems = (sightings: Sightings): readonly string[] => {
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
