import type { SaidFile, ShownFile } from './read-input.ts';

const TEXTS: ReadonlySet<string> = new Set(['csv', 'html', 'md', 'txt']);

const firstLine = (text: string): string => text.trimStart().split('\n', 1)[0]?.trim().slice(0, 80) ?? '';

/** Says of a file what a model without eyes can: what it is, how big, and how a text begins. */
export const lookAt = (file: SaidFile, shown: ReadonlyMap<string, ShownFile>): string => {
  const { kind = 'file', name, type, problem, content } = file;
  const what = [kind.replace('_', ' '), name].filter((word) => word !== undefined).join(' ');
  if (problem !== undefined) return `${what}, ${problem}`;
  if (content !== undefined) return `${what}, ${type ?? 'text'}: ${firstLine(content)}`;
  const seen = file.shown === undefined ? undefined : shown.get(file.shown);
  if (seen === undefined) return what;
  const size = `${what}, ${seen.format}, ${seen.bytes.byteLength} bytes`;
  return TEXTS.has(seen.format) ? `${size}: ${firstLine(new TextDecoder().decode(seen.bytes))}` : size;
};
