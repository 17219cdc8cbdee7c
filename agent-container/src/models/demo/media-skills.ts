import { told, when } from './skill.ts';
import type { Skill, SkillContext } from './skill.ts';

const polite = '(?:(?:please|ok(?:ay)?|hey|can you|could you|would you)[,\\s]+)*';
const file = '[\\p{L}\\p{N}_.~/-]+\\.[\\p{L}\\p{N}]+';
const form = (pattern: string): RegExp => new RegExp(pattern, 'isu');

/** What an attachment is called for save_file: the newest one that was sent. */
const newestFile = ({ said, before }: SkillContext): string | undefined =>
  [...before, said].flatMap(({ attachments }) => attachments.flatMap((one) => one.file ?? [])).at(-1);

/** Everything that comes and goes beside words, on request. */
export const mediaSkills: readonly Skill[] = [
  when(
    form(
      `^${polite}(?:send|record)(?: me)? a voice (?:message|note)(?: in ([a-z-]{2,10}))?(?: saying| that says)?:?\\s+(.+)$`,
    ),
    ([, language = '', text = '']) => ({
      calls: [{ name: 'send_voice', input: { text, ...(language === '' ? {} : { language }) } }],
      answer: ([result]) => told(result, () => 'Listen.'),
    }),
  ),
  when(
    form(
      `^${polite}send(?: me)?(?: the)?(?: files?| photos?| album)?:?\\s+([\`"']?${file}[^]*?)( as (?:a )?(?:document|file)s?)?(?: with the caption:? ([^]+?))?( without a word)?[.!]?$`,
    ),
    ([, list = '', asDocument = '', caption = '', silent = '']) => ({
      calls: [
        {
          name: 'send_files',
          input: {
            paths: [...list.matchAll(new RegExp(file, 'gu'))].map(([path]) => path),
            ...(asDocument === '' ? {} : { as: 'document' }),
            ...(caption === '' ? {} : { caption }),
          },
        },
      ],
      answer: ([result]) => told(result, () => (silent === '' ? 'Here you are.' : '')),
    }),
  ),
  when(
    form(`^${polite}(?:save|keep|store) (?:this|it|that)(?: \\w+)? (?:as|in|to|at) [\`"']?(${file})[\`"']?[.!]?$`),
    (match, context) => {
      const [, path = ''] = match;
      const sent = newestFile(context);
      if (sent === undefined) return { answer: () => 'You have sent me no file that I could save.' };
      return {
        calls: [{ name: 'save_file', input: { file: sent, path } }],
        answer: ([result]) => told(result, (text) => `Done. ${text}`),
      };
    },
  ),
];
