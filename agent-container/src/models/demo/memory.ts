type Files = Readonly<Record<string, string>>;

const withoutComments = (text: string): string => text.replace(/<!--[\s\S]*?-->/gu, '');

/** The facts in MEMORY.md and USER.md, one a line. */
export const memoryLines = (files: Files): readonly string[] =>
  ['MEMORY.md', 'USER.md']
    .flatMap((name) => withoutComments(files[name] ?? '').split('\n'))
    .map((line) => line.replace(/^\s*[-*]\s+/u, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

const small = new Set(
  'the and are was were what when where which who whom why how does did you your yours mine his her its our this that with from for have has had can could will would should about there here please tell know called name'.split(
    ' ',
  ),
);

const words = (text: string): readonly string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [])
    .map((word) => word.replace(/'?s$/u, ''))
    .filter((word) => !small.has(word));

/** Answers a question from the line that shares the most words with it; null when none shares any or nothing was asked. */
export const memoryAnswer = (question: string, files: Files): string | null => {
  if (!/\?\s*$|^(?:what|when|where|which|who|how|do|does|is|are|tell me)\b/iu.test(question)) return null;
  const asked = new Set(words(question));
  const scored = memoryLines(files).map((line) => ({
    line,
    score: words(line).filter((word) => asked.has(word)).length,
  }));
  const best = scored.reduce<{ line: string; score: number } | null>(
    (top, entry) => (entry.score > (top?.score ?? 0) ? entry : top),
    null,
  );
  return best === null ? null : `From MEMORY.md: ${best.line}.`;
};
