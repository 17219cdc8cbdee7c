import { answerProblems, editProblems, orderProblems } from './judge-answers.ts';
import { consentProblems } from './judge-consent.ts';
import {
  DOUBT,
  alarmed,
  inDoubt,
  isDraft,
  isExcused,
  isStoppable,
  isVisible,
  lastText,
  mayKeepPlaceholder,
} from './reading-sightings.ts';
import type { Sightings } from './sightings.ts';

/** What is wrong with a schedule, in short sentences; empty when every promise was kept. */
export const judge = (sightings: Sightings): readonly string[] => [
  ...sightings.seen,
  ...sightings.waiting.map((what) => `not drained: ${what}`),
  ...sightings.updates.flatMap((update) => answerProblems(update, sightings)),
  ...editProblems(sightings),
  ...orderProblems(sightings),
  ...commandProblems(sightings),
  ...draftProblems(sightings),
  ...consentProblems(sightings),
  ...heartbeatProblems(sightings),
  ...memoryProblems(sightings),
  ...sightings.staleCalls.map(
    ({ what, fence, above }) => `zombie: ${what} under fence ${fence} after ${above} had spoken`,
  ),
];

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
        // Answered beside another turn, and not in it.
        [...sightings.undeliverable].some((turn) => turn.startsWith(`${laneId}/`)) ||
        alarmed(sightings, 'turn_parked', laneId) ||
        alarmed(sightings, 'reply_in_doubt', laneId);
      if (answers.length < asked.length - excused && !mayMiss)
        problems.push(`/${command} in ${laneId} was answered ${answers.length} times for ${asked.length}`);
    }
  return problems;
};

/** No half sentence stays behind, also not over a text that was finished before. */
const draftProblems = (sightings: Sightings): readonly string[] =>
  sightings.messages.flatMap((message) => {
    const isLeft = message.deletedAtMs === undefined && isDraft(lastText(message));
    const isReferredTo = sightings.messages.some(
      (other) =>
        other.laneId === message.laneId &&
        other.turnId === message.turnId &&
        // The line about a failure, or the one that says that it may not have arrived.
        (/\babove\b/u.test(lastText(other)) || DOUBT.test(lastText(other))),
    );
    return isLeft && !isReferredTo && message.noted && !message.removalAsked && !mayKeepPlaceholder(message, sightings)
      ? [`#${message.id} stays behind as a draft: ${lastText(message)}`]
      : [];
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
