import type { PhrasingContent, Table } from 'mdast';
import type { RenderContext } from './render-context.ts';
import { plainText, renderInline } from './render-inline.ts';
import { sanitise } from './sanitise.ts';

/** What fits a phone in Telegram's monospace font without wrapping. */
const maxTableColumns = 42;

/** Writes a table: aligned and monospaced when it fits a phone and holds no links, else one list item per row. */
export const renderTable = (table: Table, context: RenderContext): void => {
  const rows = table.children.map((row) => row.children.map((cell) => cell.children));
  const cells = rows.map((row) => row.map((cell) => sanitise(plainText(cell)).replace(/\s+/g, ' ').trim()));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [column, text] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 1, displayWidth(text));
    }
  }
  const total = widths.reduce((sum, width) => sum + width, 3 * (widths.length - 1));
  if (total > maxTableColumns || rows.flat().some(hasLink)) return renderRows(rows, context);
  const lines = cells.map((row) =>
    widths
      .map((width, column) => pad(row[column] ?? '', width, table.align?.[column] ?? 'left'))
      .join(' | ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('-+-'));
  context.out.startLine();
  context.out.verbatim({ type: 'pre' }, lines.join('\n'));
};

const hasLink = (nodes: readonly PhrasingContent[]): boolean =>
  nodes.some(
    (node) =>
      node.type === 'link' ||
      node.type === 'linkReference' ||
      node.type === 'image' ||
      node.type === 'imageReference' ||
      ('children' in node && hasLink(node.children)),
  );

const renderRows = (rows: PhrasingContent[][][], context: RenderContext): void => {
  const [header = [], ...body] = rows;
  const inner = { ...context, indent: `${context.indent}  ` };
  const names = header.map((cell) => plainText(cell).replace(/\s+/g, ' ').trim());
  for (const [index, row] of (body.length > 0 ? body : [header]).entries()) {
    if (index > 0) context.out.write(`\n${context.indent}`);
    context.out.write('• ');
    for (const [column, cell] of row.entries()) {
      if (column > 0) context.out.write(`\n${inner.indent}`);
      const name = body.length > 0 ? (names[column] ?? '') : '';
      if (name !== '') context.out.write(plainText(cell).trim() === '' ? `${name}:` : `${name}: `);
      renderInline(cell, inner);
    }
  }
};

const pad = (text: string, width: number, align: 'left' | 'right' | 'center'): string => {
  const missing = width - displayWidth(text);
  if (align === 'right') return ' '.repeat(missing) + text;
  const before = align === 'center' ? Math.floor(missing / 2) : 0;
  return ' '.repeat(before) + text + ' '.repeat(missing - before);
};

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Columns a monospace font needs: CJK and emoji take two, combining marks none. */
export const displayWidth = (text: string): number => {
  if (/^[\u0020-\u02ff]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
};
