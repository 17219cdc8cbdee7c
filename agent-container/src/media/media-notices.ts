import type { MediaProblem, TurnAttachment } from '@agent-claw/core';

const KIND_WORDS: Readonly<Record<TurnAttachment['kind'], string>> = {
  photo: 'photo',
  document: 'document',
  voice: 'voice message',
  audio: 'audio file',
  video: 'video',
  video_note: 'video message',
  animation: 'animation',
  sticker: 'sticker',
};

/** The file as the person knows it. A name is shown as code, so that nothing in it is a link or a mark. */
const named = ({ kind, name }: TurnAttachment): string => {
  const plain = name
    ?.replace(/[`\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 80);
  return `${KIND_WORDS[kind]}${plain === undefined || plain === '' ? '' : ` \`${plain}\``}`;
};

const WHY: Readonly<Record<Exclude<MediaProblem, 'not_heard'>, string>> = {
  too_big: 'it is too big; Telegram hands bots files of up to 20 MB. Send a smaller one, or a link',
  gone: 'Telegram does not have it any more. Send it again',
  unreachable: 'Telegram did not hand it over. Send it again in a while',
};

/** What the person is told about a file that did not arrive, or a recording in which nothing was understood. */
export const channelNotice = (attachment: TurnAttachment, problem: MediaProblem): string =>
  problem === 'not_heard'
    ? `⚠️ I could not understand the ${named(attachment)}.${attachment.detail === undefined ? '' : ` ${attachment.detail}`}`
    : `⚠️ I could not get the ${named(attachment)}: ${WHY[problem]}.`;

/** What the person is told about a file that the model cannot be shown. */
export const modelNotice = (attachment: TurnAttachment, why: string): string =>
  `⚠️ I could not look at the ${named(attachment)}: ${why}.`;
