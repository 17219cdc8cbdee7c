import { renderReply } from '@agent-claw/telegram/format';
import { checkPart } from '@agent-claw/telegram/format/check-part';
import type { Property } from '../property.ts';

/** Every reply, finished or cut anywhere by streaming, is one that Telegram takes. */
export const telegramMarkdown: Property = {
  corpus: 'telegram-markdown',
  statement: 'renders to parts that Telegram accepts, whole and cut off anywhere',
  check(testCase) {
    const markdown = String(testCase['markdown']);
    const whole = renderReply(markdown).flatMap(checkPart);
    if (whole.length > 0) return whole.join('; ');
    const hasWords = /[\p{L}\p{N}]/u.test(markdown.replaceAll(/<!--[^]*?-->/gu, ''));
    if (hasWords && renderReply(markdown).length === 0) return 'rendered to nothing';
    // Long cases are cut at 100 places, short ones everywhere.
    const stride = Math.max(1, Math.floor(markdown.length / 100));
    for (let end = 0; end < markdown.length; end += stride) {
      const problems = renderReply(markdown.slice(0, end)).flatMap(checkPart);
      if (problems.length > 0) return `cut at ${end}: ${problems.join('; ')}`;
    }
    return null;
  },
};
