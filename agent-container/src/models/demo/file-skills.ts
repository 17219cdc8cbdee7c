import { told, when } from './skill.ts';
import type { DemoToolCall, Plan, Skill } from './skill.ts';

const file = '[`"\']?([\\p{L}\\p{N}_.~/:-]+\\.[\\p{L}\\p{N}]+|[./~\\\\][^\\s`"\']+)[`"\']?';
const polite = '(?:(?:please|ok(?:ay)?|hey|can you|could you|would you)[,\\s]+)*';
const form = (pattern: string): RegExp => new RegExp(pattern, 'isu');
const fenced = (text: string): string => `\`\`\`\n${text.trimEnd()}\n\`\`\``;
const unquoted = (text: string): string => text.trim().replace(/^(["'`])([\s\S]*)\1$/u, '$2');
/** A fact as a note: about the owner, so "my" stays as it was said. */
const asFact = (text: string): string => {
  const plain = unquoted(text)
    .replace(/[.!?\s]+$/u, '')
    .replace(/\s+/gu, ' ');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
};

const one = (call: DemoToolCall, sentence: (text: string) => string): Plan => ({
  calls: [call],
  answer: ([result]) => told(result, sentence),
});

const jsonCall = (name: string, json: string): Plan => {
  try {
    const input = JSON.parse(json.trim() === '' ? '{}' : json) as unknown;
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      return { answer: () => 'The input has to be a JSON object.' };
    return one({ name, input: input as Record<string, unknown> }, (text) => `${name} answered:\n\n${fenced(text)}`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { answer: () => `That is not JSON. Write it like this: tool ${name} {"path": "notes.md"}` };
  }
};

const severalTools: Plan = {
  calls: [
    { name: 'list_files', input: {} },
    { name: 'write_file', input: { path: 'demo/steps.md', content: '# Steps\n\n- listed the files\n' } },
    { name: 'append_file', input: { path: 'demo/steps.md', content: '- added this line' } },
    { name: 'edit_file', input: { path: 'demo/steps.md', old_text: '# Steps', new_text: '# Steps taken' } },
    { name: 'read_file', input: { path: 'demo/steps.md' } },
  ],
  answer: (results) => {
    const steps = results.map((result, index) => `${index + 1}. ${result.name}: ${result.ok ? 'done' : 'refused'}`);
    return `That took ${results.length} steps:\n\n${steps.join('\n')}\n\nThe file now reads:\n\n${fenced(results.at(-1)?.text ?? '')}`;
  },
};

/** A turn that takes long and has many steps, as research has. */
const slowSteps = (count: number): Plan => ({
  calls: Array.from({ length: count }, (_, index) => ({
    name: 'list_files',
    input: { folder: 'demo' },
    remark: `Step ${index + 1}.`,
    pauseMs: 1_000,
  })),
  answer: (results) => `That took ${results.length} slow steps.`,
});

/** Everything that the workspace tools can do, on request. */
export const fileSkills: readonly Skill[] = [
  // In a private chat a word behind a slash is a command of the bot's, and does not come here.
  when(/^(?:\/tool\s+|tool\s+(?=[\w-]+\s*\{))([\w-]+)\s*([\s\S]*)$/iu, ([, name = '', json = '']) =>
    jsonCall(name, json),
  ),
  when(/\b([1-9]|[12]\d|3[0-5]) slow steps\b/iu, ([, count = '']) => slowSteps(Number(count))),
  when(/\b(?:several|multiple|many) (?:tools|steps)\b|\bmulti-?step\b/iu, () => severalTools),
  when(
    /^(?:(?:please|ok(?:ay)?|hey|can you|could you|would you)[,\s]+)*(?:remember|note|don't forget|keep in mind)(?: down)?(?:\s+that|:)?\s+([\s\S]+)$/iu,
    ([, fact = '']) =>
      one({ name: 'append_file', input: { path: 'MEMORY.md', content: `- ${asFact(fact)}` } }, (text) =>
        text.includes('already')
          ? `I had that in MEMORY.md already: ${asFact(fact)}.`
          : `Noted in MEMORY.md: ${asFact(fact)}.`,
      ),
  ),
  when(
    form(`^${polite}(?:write|create|save)\\s+(?:a file |the file |to )?${file}\\s*(?::|with(?: the text)?:?)\\s*(.+)$`),
    ([, path = '', content = '']) =>
      one({ name: 'write_file', input: { path, content: unquoted(content) } }, (text) => `Done. ${text}`),
  ),
  when(form(`^${polite}(?:append|add)\\s+(?:to )?${file}\\s*:\\s*(.+)$`), ([, path = '', content = '']) =>
    one({ name: 'append_file', input: { path, content: unquoted(content) } }, (text) => `Done. ${text}`),
  ),
  when(form(`^${polite}(?:append|add)\\s+(.+?)\\s+to\\s+${file}[.!]?$`), ([, content = '', path = '']) =>
    one({ name: 'append_file', input: { path, content: unquoted(content) } }, (text) => `Done. ${text}`),
  ),
  when(
    form(`^${polite}(?:edit|change)\\s+${file}\\s*(?::|,)?\\s*(?:replace\\s+)?(.+?)\\s+(?:with|to|->|=>|by)\\s+(.+)$`),
    ([, path = '', from = '', to = '']) =>
      one(
        { name: 'edit_file', input: { path, old_text: unquoted(from), new_text: unquoted(to) } },
        (text) => `Done. ${text}`,
      ),
  ),
  when(
    form(`^${polite}(?:in\\s+)?${file}[,:]?\\s+replace\\s+(.+?)\\s+(?:with|by)\\s+(.+)$`),
    ([, path = '', from = '', to = '']) =>
      one(
        { name: 'edit_file', input: { path, old_text: unquoted(from), new_text: unquoted(to) } },
        (text) => `Done. ${text}`,
      ),
  ),
  when(form(`^${polite}(?:delete|remove)\\s+(?:the file\\s+)?${file}[.!]?$`), ([, path = '']) =>
    one({ name: 'delete_file', input: { path } }, (text) => `Done. ${text}`),
  ),
  when(
    form(`^${polite}(?:read|show|open|print|what(?:'s| is) in)\\s+(?:me\\s+)?(?:the file\\s+)?${file}\\??$`),
    ([, path = '']) => one({ name: 'read_file', input: { path } }, (text) => `${path}:\n\n${fenced(text)}`),
  ),
  when(
    /\b(?:list|show|which|what)\b[^.?!]*\bfiles\b(?:\s+(?:in|below|under)\s+([\p{L}\p{N}_./-]+))?/iu,
    ([, folder = '']) =>
      one(
        { name: 'list_files', input: folder === '' || /^(?:the|your|my)$/iu.test(folder) ? {} : { folder } },
        (text) => `Your workspace:\n\n${fenced(text)}`,
      ),
  ),
];
