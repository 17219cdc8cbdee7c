import { receivedIdOf } from '@agent-claw/core';
import type { Overheard, TurnAttachment, TurnMessage } from '@agent-claw/core';

/** What the label of an attachment says about its content. */
export type Labelled = (attachment: TurnAttachment) => {
  readonly as?: string;
  readonly text?: string;
  readonly problem?: string;
};

const envelopeTag = /<(?=\/?(?:message|overheard|reply_to|forwarded|attachment)\b)/giu;

/** Nobody's words may open or close an envelope: in a group, one member could otherwise speak in another's name. */
const asContent = (text: string): string => text.replace(envelopeTag, '&lt;');

const asAttribute = (text: string): string =>
  text
    .replace(/["<>\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 120);

/** `Saturday 2026-11-21 10:03 Europe/Berlin`: weekday, date, time and zone, so that the model never has to guess. */
export const spokenTime = (epochMs: number, timeZone: string): string => {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(epochMs);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((entry) => entry.type === type)?.value ?? '';
  return `${part('weekday')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${timeZone}`;
};

const replyContext = ({ replyTo }: TurnMessage, labelled: Labelled): readonly string[] => {
  if (replyTo === undefined) return [];
  const from = replyTo.senderName === undefined ? '' : ` from="${asAttribute(replyTo.senderName)}"`;
  const said = asContent(replyTo.quote ?? replyTo.text);
  const files = attachments(replyTo, labelled);
  // Whose words follow stands before the name, in which anything could stand.
  return [
    `<reply_to${replyTo.isOwn === true ? ' own="yes"' : ''}${from}>`,
    ...(said === '' && files.length > 0 ? [] : [said]),
    ...files,
    '</reply_to>',
  ];
};

const attachments = (message: Pick<TurnMessage, 'attachments'>, labelled: Labelled): readonly string[] =>
  (message.attachments ?? []).flatMap((attachment) => {
    const { kind, name, mimeType, sizeBytes, durationS, file } = attachment;
    const { as, text, problem } = labelled(attachment);
    const values = {
      kind,
      name,
      type: file?.mediaType ?? mimeType,
      bytes: file?.sizeBytes ?? sizeBytes,
      seconds: durationS,
      file: file === undefined ? undefined : receivedIdOf(file.key),
      shown: as,
      problem,
    };
    const fields = Object.entries(values).flatMap(([field, value]) =>
      value === undefined ? [] : [`${field}="${asAttribute(String(value))}"`],
    );
    const tag = `<attachment ${fields.join(' ')}`;
    return text === undefined ? [`${tag}/>`] : [`${tag}>`, asContent(text), '</attachment>'];
  });

const body = (message: TurnMessage): readonly string[] => {
  const text = asContent(message.text);
  if (message.forwardedFrom === undefined) return text === '' ? [] : [text];
  return [`<forwarded from="${asAttribute(message.forwardedFrom)}">`, text, '</forwarded>'];
};

const envelope = (message: TurnMessage, timeZone: string, labelled: Labelled): string => {
  const from = asAttribute(message.sender.name) || 'unknown';
  const at = spokenTime(message.sentAtEpochS * 1000, timeZone);
  const lines = [...replyContext(message, labelled), ...body(message), ...attachments(message, labelled)];
  return [`<message from="${from}" at="${at}">`, ...lines, '</message>'].join('\n');
};

/**
 * What people said, as one user message: one labelled envelope each, in order. All that changes from message to message
 * (time, names) stands here and not in the system prompt, which therefore stays the same and cached.
 */
export const envelopeMessages = (
  messages: readonly TurnMessage[],
  timeZone: string,
  labelled: Labelled = () => ({}),
): string => messages.map((message) => envelope(message, timeZone, labelled)).join('\n');

/** What was said around the bot in a group, one labelled line each, in order. Empty when nothing was. */
export const envelopeOverheard = (overheard: readonly Overheard[], timeZone: string): string =>
  overheard
    .map(({ sender, sentAtEpochS, text }) => {
      const from = asAttribute(sender.name) || 'unknown';
      return `<overheard from="${from}" at="${spokenTime(sentAtEpochS * 1000, timeZone)}">\n${asContent(text)}\n</overheard>\n`;
    })
    .join('');
