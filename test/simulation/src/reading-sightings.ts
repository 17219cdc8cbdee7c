import type { BotMessage, SentUpdate, Sightings } from './sightings.ts';

export const hasWord = (text: string, word: string): boolean => text.split(/\s+/u).includes(word);

/** A preview ends like this; a finished text does not. */
export const isDraft = (text: string): boolean => text.trimEnd().endsWith('…');

export const lastText = (message: BotMessage): string => message.texts.at(-1)?.text ?? '';

/** What the chat shows in the end, or showed until a person took it away. */
export const isVisible = (message: BotMessage): boolean =>
  message.deletedAtMs === undefined || message.deletedByPerson === true;

/** Finished messages of the lane that have this word. */
export const saying = (update: SentUpdate, word: string, { messages }: Sightings): readonly BotMessage[] =>
  messages.filter(
    (message) =>
      message.laneId === update.laneId &&
      isVisible(message) &&
      // Telegram refused to remove it: a placeholder that stays spoils the look.
      !message.removalAsked &&
      !isDraft(lastText(message)) &&
      hasWord(lastText(message), word),
  );

export const alarmed = (sightings: Sightings, name: string, laneId: string): boolean =>
  sightings.alarms.some((alarm) => alarm.name === name && alarm.laneId === laneId);

/** The turns that had this update in hand. */
export const turnsOf = ({ laneId, updateId }: SentUpdate, { turns }: Sightings): ReadonlySet<string | undefined> =>
  new Set(
    [...turns].flatMap(([key, ids]) =>
      key.startsWith(`${laneId}/`) && ids.has(`u${updateId}`) ? [key.slice(laneId.length + 1)] : [],
    ),
  );

export const inDoubt = ({ alarms }: Sightings, laneId: string, turnId: string | undefined): boolean =>
  alarms.some((alarm) => alarm.name === 'reply_in_doubt' && alarm.laneId === laneId && alarm.turnId === turnId);

/**
 * A stop reaches what was said before it; when Telegram itself changed the order, also what it brought before it. A button
 * reaches what its turn has in hand, and nothing else.
 */
export const isStoppable = (update: SentUpdate, sightings: Sightings): boolean => {
  const turns = turnsOf(update, sightings);
  const begunAtMs = Math.min(
    ...[...turns].map((turnId) => sightings.begunAtMs.get(`${update.laneId}/${turnId}`) ?? Infinity),
  );
  return sightings.updates.some(
    (stop) =>
      stop.laneId === update.laneId &&
      (stop.kind === 'press'
        ? turns.has(stop.stopsTurn)
        : stop.kind === 'stop' &&
          (stop.updateId > update.updateId ||
            // It was in hand when the stop before it came.
            begunAtMs < (stop.acceptedAtMs ?? 0) ||
            (stop.firstDeliveredAtMs ?? 0) > (update.firstDeliveredAtMs ?? 0) ||
            (stop.acceptedAtMs ?? 0) > (update.acceptedAtMs ?? 0))),
  );
};

export const isRetried = (laneId: string, sightings: Sightings): boolean =>
  alarmed(sightings, 'turn_parked', laneId) &&
  sightings.updates.some((update) => update.laneId === laneId && update.command === 'retry');

/** Why a placeholder may stay: the chat refuses everything, or its turn was put aside, after six crashes without a line. */
export const mayKeepPlaceholder = (
  { laneId, turnId }: BotMessage,
  { alarms, undeliverable, closedLanes }: Sightings,
): boolean =>
  closedLanes.has(laneId) ||
  undeliverable.has(`${laneId}/${turnId ?? ''}`) ||
  alarms.some((alarm) => alarm.name === 'turn_parked' && alarm.laneId === laneId && alarm.turnId === turnId);

/** What was said about a failure, with the words that the run had until then. */
export const isFailure = (message: BotMessage, { messages }: Sightings): boolean => {
  const tells = (said: BotMessage): boolean =>
    said.part?.startsWith('f') === true || /failed:|⚠️ I /u.test(lastText(said));
  if (tells(message)) return true;
  // A draft stays when the line about the failure refers to it.
  return (
    message.part === 'draft' &&
    messages.some((other) => other.laneId === message.laneId && other.turnId === message.turnId && tells(other))
  );
};

/** The bot's line about an answer of which parts may be missing. */
export const DOUBT = /may be missing or doubled|The line was cut/u;

/** Why an answer may be missing although its message was not put aside. */
export const isExcused = (update: SentUpdate, sightings: Sightings): boolean => {
  const { laneId } = update;
  const turns = turnsOf(update, sightings);
  const ofTurn = (each: { readonly laneId?: string; readonly turnId?: string | undefined }): boolean =>
    each.laneId === laneId && turns.has(each.turnId);
  return (
    sightings.closedLanes.has(laneId) ||
    [...turns].some((turn) => sightings.undeliverable.has(`${laneId}/${turn}`)) ||
    // The part, its second try and the line about it, all in doubt: nobody can be told any more, but the alarm rings.
    sightings.alarms.filter((alarm) => alarm.name === 'reply_in_doubt' && ofTurn(alarm)).length >= 3 ||
    // The microVM's life ended in the middle: what there was is the answer, and the chat is told so.
    // A part that was sent twice without Telegram's word may be missing; the chat is told.
    sightings.messages.some(
      (message) => ofTurn(message) && (lastText(message).includes('⏱') || DOUBT.test(lastText(message))),
    )
  );
};
