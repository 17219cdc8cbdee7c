import type { BlockContent, Code, DefinitionContent, List, ListItem, RootContent } from 'mdast';
import { MARKED_FILE_NAMES } from './file-names.ts';
import type { MarkdownTree } from './markdown-tree.ts';
import type { RenderContext } from './render-context.ts';
import { renderFormatted, renderInline, visibleHtml, writeLines } from './render-inline.ts';
import type { FormattedText } from './reply-part.ts';
import { sanitise } from './sanitise.ts';
import { renderTable } from './tables.ts';
import { createTextBuilder } from './text-builder.ts';

const expandableQuoteChars = 700;
const maxIndentChars = 16;
const maxLanguageChars = 64;

/** Writes a whole parsed reply as one text with entities, of any length. */
export const renderTree = (tree: MarkdownTree): FormattedText => {
  const out = createTextBuilder();
  const fileNames = { left: MARKED_FILE_NAMES };
  const context: RenderContext = { out, tree, indent: '', listDepth: 0, inQuote: false, fileNames, open: new Set() };
  renderBlocks(tree.root.children, context, '\n\n');
  for (const [index, note] of tree.footnotes.entries()) {
    out.separate(index === 0 ? '\n\n' : '\n');
    out.write(`[${index + 1}] `);
    renderBlocks(note.children, indented(context), '\n');
  }
  return out.finish();
};

type Block = RootContent | BlockContent | DefinitionContent;

const renderBlocks = (blocks: readonly Block[], context: RenderContext, separator: string): void => {
  let previous: Block | undefined;
  for (const block of blocks) {
    const afterHeading = previous?.type === 'heading' && block.type !== 'heading';
    if (previous !== undefined) context.out.separate((afterHeading ? '\n' : separator) + context.indent);
    renderBlock(block, context);
    previous = block;
  }
};

const renderBlock = (block: Block, context: RenderContext): void => {
  const { out } = context;
  switch (block.type) {
    case 'paragraph':
      return renderInline(block.children, context);
    case 'heading':
      return renderFormatted({ type: 'bold' }, block.children, context);
    case 'thematicBreak':
      return out.write('———');
    case 'html':
      return writeLines(visibleHtml(block.value).trim(), context);
    case 'code':
      return renderCode(block, context);
    case 'table':
      return renderTable(block, context);
    case 'list':
      return renderList(block, context);
    case 'blockquote':
      return renderQuote(block.children, context);
    case 'definition':
      if (context.tree.unused.has(block)) writeLines(`${block.label ?? block.identifier}: ${block.url}`, context);
      return;
    // Footnotes are written after everything else, by number.
    case 'footnoteDefinition':
    case 'yaml':
      return;
    // Rows and items are written by their table or list; the rest is inline and never stands among blocks.
    case 'listItem':
    case 'tableRow':
    case 'tableCell':
      return;
    case 'text':
    case 'emphasis':
    case 'strong':
    case 'delete':
    case 'inlineCode':
    case 'break':
    case 'link':
    case 'linkReference':
    case 'image':
    case 'imageReference':
    case 'footnoteReference':
      return renderInline([block], context);
  }
};

const renderCode = (code: Code, context: RenderContext): void => {
  // Telegram draws code, quotes and tables as boxes: indentation before one would be a stray line above it.
  context.out.startLine();
  const info = [code.lang ?? '', code.meta ?? ''].filter((word) => word !== '').join(' ');
  if (code.value.trim() === '') return info === '' ? undefined : context.out.verbatim({ type: 'pre' }, info);
  // What follows the language (a file name, line numbers) has no place in an entity.
  if (code.meta) {
    writeLines(code.meta, context);
    context.out.separate('\n');
  }
  const language = Array.from(sanitise(code.lang ?? ''))
    .slice(0, maxLanguageChars)
    .join('');
  context.out.verbatim(language === '' ? { type: 'pre' } : { type: 'pre', language }, code.value);
};

const renderQuote = (blocks: readonly Block[], context: RenderContext): void => {
  // Telegram knows no quote inside a quote: the inner one is set off by its indentation.
  if (context.inQuote) {
    const inner = indented(context);
    context.out.write('  ');
    return renderBlocks(blocks, inner, '\n');
  }
  const { out } = context;
  const inner: RenderContext = { ...context, inQuote: true };
  out.startLine();
  const start = out.length;
  const kind: { type: 'blockquote' | 'expandable_blockquote' } = { type: 'blockquote' };
  out.format(kind, () => {
    renderBlocks(blocks, inner, '\n\n');
    if (out.length - start > expandableQuoteChars) kind.type = 'expandable_blockquote';
  });
};

const renderList = (list: List, context: RenderContext): void => {
  const first = list.start ?? 1;
  for (const [index, item] of list.children.entries()) {
    if (index > 0) context.out.separate((list.spread ? '\n\n' : '\n') + context.indent);
    const bullet = context.listDepth % 2 === 0 ? '•' : '◦';
    context.out.write(`${list.ordered ? `${first + index}.` : bullet} ${checkbox(item)}`);
    const inner = { ...indented(context), listDepth: context.listDepth + 1 };
    renderBlocks(item.children, inner, item.spread ? '\n\n' : '\n');
  }
};

const checkbox = (item: ListItem): string => {
  if (typeof item.checked !== 'boolean') return '';
  return item.checked ? '☑ ' : '☐ ';
};

const indented = (context: RenderContext): RenderContext =>
  context.indent.length >= maxIndentChars ? context : { ...context, indent: `${context.indent}  ` };
