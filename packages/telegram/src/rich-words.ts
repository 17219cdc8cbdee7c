const maxDepth = 32;
const media = /^(?:photo|video|audio|document|animation|voice_note|map)$/;

const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * The words of a rich message, a line for each block. Kinds that are not known yet give what they hold under the usual
 * names; what is nested deeper than Telegram allows is left out.
 */
export const richWords = (value: unknown, glue = '\n', depth = 0): string => {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return stringOf(value);
  const inner = (part: unknown, between: string): string => richWords(part, between, depth + 1);
  const joined = (parts: readonly string[], between: string): string =>
    parts.filter((words) => words !== '').join(between);
  if (Array.isArray(value))
    return joined(
      value.map((one) => inner(one, glue)),
      glue,
    );
  const fields = value as Readonly<Record<string, unknown>>;
  const { type, url, cells } = fields;
  const said = inner(fields['text'] ?? fields['expression'] ?? fields['alternative_text'] ?? fields['summary'], '');
  const line = joined([media.test(stringOf(type)) ? `[${stringOf(type)}]` : '', said], ' ');
  const rows = Array.isArray(cells) ? cells.map((row) => inner(row, ' | ')) : [];
  const whole = joined(
    [
      type === 'url' && stringOf(url) !== said ? `${line} (${stringOf(url)})` : line,
      inner(fields['blocks'] ?? fields['items'], '\n'),
      ...rows,
      inner(fields['caption'], ''),
      inner(fields['credit'], ''),
    ],
    '\n',
  );
  // A list item: its number or bullet stands before what it says.
  return joined([stringOf(fields['label']), whole], ' ');
};
