import { CONSENT_LASTS_MS } from '@agent-claw/core';
import { copyProblems, isToldParked, isToldUnfinished } from './judge-answers.ts';
import { alarmed, DOUBT, isExcused, isStoppable, saying, turnsOf } from './reading-sightings.ts';
import { closeMark, decisionToken, failMark, openMark } from './script.ts';
import type { AskedCall, BotMessage, SentUpdate, Sightings } from './sightings.ts';

/** Two clocks are up to eight seconds apart, and a press takes a moment. */
const ABOUT_MS = 10_000;
/** A press as early as this is in time, whatever the lane is busy with. */
const SURELY_IN_TIME_MS = 10 * 60_000;

/** The cards of this turn, as they stand or stood. */
const cardsOf = ({ laneId, turnId }: Pick<AskedCall, 'laneId' | 'turnId'>, { messages }: Sightings) =>
  messages.filter((message) => message.laneId === laneId && message.turnId === turnId && message.card !== undefined);

/** The presses of whoever was asked on these cards, in order. */
const pressesOn = (cards: readonly BotMessage[], { updates }: Sightings): readonly SentUpdate[] =>
  updates.filter(
    ({ laneId, decides }) =>
      decides?.isForeign === false && cards.some((card) => card.laneId === laneId && card.id === decides.messageId),
  );

export const consentProblems = (sightings: Sightings): readonly string[] =>
  sightings.asked.flatMap((call) => [
    ...madeProblems(call, sightings),
    ...cardProblems(call, sightings),
    ...decisionProblems(call, sightings),
  ]);

/** A call is made by one turn at most, which somebody has allowed; a start after a crash may make it again. */
const madeProblems = (call: AskedCall, sightings: Sightings): readonly string[] => {
  const { path, made } = call;
  const makers = new Set(made.map(({ turnId }) => turnId));
  const first = made[0];
  const twice = makers.size > 1 ? [`${path} was deleted by ${[...makers].join(' and ')}, and asked about once`] : [];
  return first === undefined || isAllowed(call, first.atMs, sightings)
    ? twice
    : [...twice, `${path} was deleted without consent`];
};

/** Whether somebody may have allowed it by then. */
const isAllowed = (call: AskedCall, atMs: number, sightings: Sightings): boolean => {
  const { updates, messages } = sightings;
  // What is allowed for good in this lane needs no card of its own.
  const cards = call.isFree
    ? messages.filter(({ laneId, card }) => laneId === call.laneId && card !== undefined)
    : cardsOf(call, sightings);
  return updates.some(({ laneId, decides, firstDeliveredAtMs = Infinity }) => {
    const card = cards.find((each) => each.laneId === laneId && each.id === decides?.messageId);
    if (card === undefined || decides === undefined || decides.isForeign || firstDeliveredAtMs > atMs) return false;
    if (decides.choice === 'Deny' || (call.isFree && decides.choice === 'Allow once')) return false;
    const isInTime = firstDeliveredAtMs < (card.notedAtMs ?? Infinity) + CONSENT_LASTS_MS + ABOUT_MS;
    return isInTime && !isDeniedBefore(card, firstDeliveredAtMs, sightings);
  });
};

/** Somebody has said no before, and nothing came between that no and the lane. */
const isDeniedBefore = (card: BotMessage, atMs: number, sightings: Sightings): boolean =>
  pressesOn([card], sightings).some(
    (press) =>
      press.decides?.choice === 'Deny' &&
      (press.acceptedAtMs ?? Infinity) + ABOUT_MS < atMs &&
      (press.firstDeliveredAtMs ?? 0) > (card.notedAtMs ?? Infinity) &&
      !isDropped(press, sightings),
  );

/** A turn that waits asks with one card, or says that it could not. */
const cardProblems = (call: AskedCall, sightings: Sightings): readonly string[] => {
  const { path, laneId, turnId, isWaiting, isFree } = call;
  const cards = cardsOf(call, sightings);
  const asUpdate: SentUpdate = { updateId: 0, laneId, kind: 'decide', token: '', isStranger: false };
  const copies = copyProblems(asUpdate, cards, `the card about ${path} stands`, sightings);
  // What excuses any other part of the turn's answer excuses its card.
  const isExcused = sightings.updates.some(
    (update) => update.laneId === laneId && turnsOf(update, sightings).has(turnId) && isDropped(update, sightings),
  );
  return isWaiting && !isFree && cards.length === 0 && !isExcused
    ? [...copies, `nobody was asked about ${path}`]
    : copies;
};

/** What somebody has decided is answered once: the call was made, or not, or nobody knows it any more. */
const decisionProblems = (call: AskedCall, sightings: Sightings): readonly string[] => {
  const cards = cardsOf(call, sightings);
  const presses = pressesOn(cards, sightings).filter(({ acceptedAtMs }) => acceptedAtMs !== undefined);
  const [first] = presses;
  if (first === undefined) return [];
  const { laneId, turnId, path } = call;
  const token = decisionToken(turnId);
  const opened = saying(first, openMark(token), sightings);
  const closed = saying(first, closeMark(token), sightings);
  const failed = saying(first, failMark(token), sightings);
  const copies = [
    ...copyProblems(first, opened, `the answer to the decision about ${path} begins`, sightings),
    ...copyProblems(first, closed, `the answer to the decision about ${path} ends`, sightings),
    ...copyProblems(first, failed, `the failure after the decision about ${path} is told`, sightings),
  ];
  if ((opened.length > 0 && closed.length > 0) || failed.length > 0) return copies;
  const effective = presses.filter((press) => isInTime(press, cards));
  const isExcusable =
    // A card that was doubled in doubt has one copy that nobody knows; so may one whose turn was put aside.
    (cards.length > 1 && alarmed(sightings, 'reply_in_doubt', laneId)) ||
    isToldParked(laneId, turnId, sightings) ||
    cards.some(isToldExpired) ||
    effective.some((press) => isDropped(press, sightings) || isToldBefore(press, call, sightings));
  if (effective.length === 0 || isExcusable) return copies;
  return [...copies, `the decision about ${path} was lost`];
};

/** The lane was so long busy with something else that it came to the press too late, and the card says so. */
const isToldExpired = ({ notedAtMs = Infinity, texts }: BotMessage): boolean =>
  texts.some(({ text, atMs }) => text.includes('Expired') && atMs > notedAtMs + CONSENT_LASTS_MS - ABOUT_MS);

/** Nobody knew whether the card had arrived, and the chat was told so before anybody pressed it. */
const isToldBefore = (
  { firstDeliveredAtMs = Infinity }: SentUpdate,
  { laneId, turnId }: AskedCall,
  { messages }: Sightings,
): boolean =>
  messages.some(
    (message) =>
      message.laneId === laneId &&
      message.turnId === turnId &&
      message.texts.some(({ text, atMs }) => DOUBT.test(text) && atMs < firstDeliveredAtMs + ABOUT_MS),
  );

const isInTime = ({ decides, firstDeliveredAtMs = Infinity }: SentUpdate, cards: readonly BotMessage[]): boolean => {
  const card = cards.find(({ id }) => id === decides?.messageId);
  // In a group a press does not tell where its card stands.
  const fromMs = card?.place.startsWith('-') === true ? (card.notedAtMs ?? Infinity) : 0;
  return firstDeliveredAtMs > fromMs && firstDeliveredAtMs < (card?.texts[0]?.atMs ?? 0) + SURELY_IN_TIME_MS;
};

/** Stopped, excused like any answer, or its turn failed or was put aside and the chat was told. */
const isDropped = (press: SentUpdate, sightings: Sightings): boolean =>
  isStoppable(press, sightings) ||
  isExcused(press, sightings) ||
  isToldUnfinished(press, sightings) ||
  [...turnsOf(press, sightings)].some((turnId) => isToldParked(press.laneId, turnId, sightings));
