import type { Image, ImageReference, Link, LinkReference, PhrasingContent } from 'mdast';
import { fileName } from './file-names.ts';
import type { RenderContext } from './render-context.ts';
import type { EntityKind } from './text-builder.ts';
import { isLinkable, isOtherAddress, isSelfLink } from './urls.ts';

/** Writes inline Markdown. */
export const renderInline = (nodes: readonly PhrasingContent[], context: RenderContext): void => {
  for (const node of nodes) renderNode(node, context);
};

/** Inline Markdown as plain text, as it would be shown. */
export const plainText = (nodes: readonly PhrasingContent[]): string =>
  nodes
    .map((node) => {
      if ('children' in node) return plainText(node.children);
      if ('value' in node) return node.type === 'html' ? visibleHtml(node.value) : node.value;
      if ('alt' in node) return node.alt ?? '';
      return node.type === 'break' ? '\n' : '';
    })
    .join('');

/** Raw HTML is shown as written, because it is usually code somebody wants to read; comments are not. */
export const visibleHtml = (html: string): string =>
  html.replace(/<!--[\s\S]*?-->/g, '').replace(/<br\s*\/?>(?:\n)?/gi, '\n');

const renderNode = (node: PhrasingContent, context: RenderContext): void => {
  switch (node.type) {
    case 'text':
      return writeText(node.value, context);
    case 'html':
      return writeLines(visibleHtml(node.value), context);
    case 'break':
      return writeLines('\n', context);
    case 'strong':
      return renderFormatted({ type: 'bold' }, node.children, context);
    case 'emphasis':
      return renderFormatted({ type: 'italic' }, node.children, context);
    case 'delete':
      return renderFormatted({ type: 'strikethrough' }, node.children, context);
    case 'inlineCode':
      // A range is a link or code, never both, and the address is worth more.
      if (context.open.has('text_link')) return context.out.write(node.value);
      return context.out.verbatim({ type: 'code' }, node.value);
    case 'link':
    case 'linkReference':
    case 'image':
    case 'imageReference':
      return renderLink(node, context);
    case 'footnoteReference':
      return context.out.write(
        `[${context.tree.footnoteNumbers.get(node.identifier) ?? `^${node.label ?? node.identifier}`}]`,
      );
  }
};

/** Writes text with the list indentation after each newline. */
export const writeLines = (text: string, context: RenderContext): void =>
  context.out.write(context.indent === '' ? text : text.replaceAll('\n', `\n${context.indent}`));

// Within a word or beside a space the bars are an operator: a || b, (a||b||c).
const spoiler = /(?<![\p{L}\p{N}_|)\]])\|\|(?![\s|])([^|\n]+)(?<!\s)\|\|(?![\p{L}\p{N}_|([])/gu;

const writeText = (text: string, context: RenderContext): void => {
  let written = 0;
  for (const match of text.includes('||') ? text.matchAll(spoiler) : []) {
    const [whole, hidden = ''] = match;
    writeWords(text.slice(written, match.index), context);
    renderFormatted({ type: 'spoiler' }, [{ type: 'text', value: hidden }], context);
    written = match.index + whole.length;
  }
  writeWords(text.slice(written), context);
};

/** A name in one of these stays in it: code would show what is hidden, and unsay that something is gone. */
const notBesideCode = ['text_link', 'spoiler', 'strikethrough'] as const;

/** A name of a file is code, unless it is a link already or would lose what its format says. */
const writeWords = (text: string, context: RenderContext): void => {
  if (notBesideCode.some((kind) => context.open.has(kind))) return writeLines(text, context);
  for (const [index, piece] of text.split(fileName).entries()) {
    if (index % 2 === 1 && context.fileNames.left > 0) {
      context.fileNames.left -= 1;
      context.out.verbatim({ type: 'code' }, piece);
    } else writeLines(piece, context);
  }
};

/** Writes inline Markdown in one format, once: bold in bold stays one entity. */
export const renderFormatted = (kind: EntityKind, nodes: readonly PhrasingContent[], context: RenderContext): void => {
  if (context.open.has(kind.type)) return renderInline(nodes, context);
  const inner = { ...context, open: new Set([...context.open, kind.type]) };
  context.out.format(kind, () => renderInline(nodes, inner));
};

const renderLink = (node: Link | LinkReference | Image | ImageReference, context: RenderContext): void => {
  const isReference = node.type === 'linkReference' || node.type === 'imageReference';
  const url = (isReference ? context.tree.definitions.get(node.identifier)?.url : node.url) ?? '';
  const label: PhrasingContent[] =
    'children' in node ? node.children : [{ type: 'text', value: node.alt?.trim() || 'image' }];
  const text = plainText(label);
  if (url === '' || context.open.has('text_link') || isSelfLink(text, url)) return renderInline(label, context);
  // A link without visible text shows its address instead.
  if (text.trim() === '' && node.type === 'link') {
    renderInline(label, context);
    return context.out.write(url);
  }
  // Text that is an address itself must not hide that the link leads elsewhere.
  if (isLinkable(url) && !isOtherAddress(text, url)) return renderFormatted({ type: 'text_link', url }, label, context);
  renderInline(label, context);
  context.out.write(` (${url})`);
};
