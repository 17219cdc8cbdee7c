const intro = (chars: number): string =>
  `Here is a long answer of about ${chars} characters, with code and a table, so that you can see how I split it.\n\n`;

const code =
  '```ts\nconst greet = (name: string): string => {\n  const hour = 10;\n  return hour < 12 ? `Good morning, ${name}` : `Hello, ${name}`;\n};\n```\n\n';
const table =
  '| Part | What it shows | Size |\n|---|---|---|\n| text | paragraphs | most |\n| code | a fenced block | 7 lines |\n| table | three columns | 4 rows |\n\n';

/** A text of exactly `chars` characters: numbered paragraphs, so that a missing or doubled part shows. */
export const longAnswer = (chars: number, extras: { readonly code: boolean; readonly table: boolean }): string => {
  const end = '\n\nThat is the end of the long answer.';
  let text = intro(chars);
  for (let paragraph = 1; text.length < chars - end.length; paragraph += 1) {
    text += `**Paragraph ${paragraph}.** This sentence is number one of paragraph ${paragraph}. It says little, on purpose, and *counts* for its length alone. The next one, number ${paragraph + 1}, follows below.\n\n`;
    if (extras.code && paragraph === 2) text += code;
    if (extras.table && paragraph === 4) text += table;
    if (extras.code && paragraph === 30) text += code;
  }
  return `${text.slice(0, Math.max(0, chars - end.length))}${end}`.slice(0, chars);
};
