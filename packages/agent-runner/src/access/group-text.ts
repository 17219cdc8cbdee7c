import type { AllowedGroup } from '@agent-claw/core';
import { plain } from './access-text.ts';

const callMe = (botUsername: string): string =>
  `${botUsername === '' ? '' : `@${plain(botUsername)}, `}a reply to one of my messages, or a command`;

/** The bot's first words in a group. */
export const joinedText = (botUsername: string): string =>
  `👋 Hello! I answer my owner and my guests here, when they call me: ${callMe(botUsername)}.`;

/** What was said before the move belongs to another lane, which nobody can write to any more. */
export const MOVED_TEXT =
  'This group has become a supergroup, which is a new chat for me: I stay, and start a new conversation. What I have still to answer, I answer here.';

export const activationText = (activation: AllowedGroup['activation'], botUsername: string): string =>
  activation === 'always'
    ? '📣 I answer everything that my owner and my guests say here. Telegram shows it to me only as an administrator, or with my privacy mode switched off. `/activation mention` makes me wait to be called.'
    : `🤫 I answer here only when I am called: ${callMe(botUsername)}. \`/activation always\` makes me answer everything that my owner and my guests say.`;
export const UNCLEAR_ACTIVATION_TEXT = '`/activation mention` or `/activation always`: that is the choice.';
export const IN_GROUP_TEXT = 'Please say that in the group that you mean.';

export const leftText = (title: string, id: string): string =>
  `🚪 I have left ${title === '' ? '' : `\`${title.replace(/[`\s]+/gu, ' ')}\` `}(id \`${id}\`) and forgotten it.`;
export const notLeftText = (id: string): string =>
  `🚪 I no longer answer in the group \`${id}\`, but Telegram did not let me leave it: please take me out there.`;
export const noGroupText = (id: string): string => `\`${id}\` is no group that I am allowed in.`;
