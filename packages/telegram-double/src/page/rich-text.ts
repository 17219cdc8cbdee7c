/** One formatting mark of a message, in UTF-16 units of its text, as the Bot API sends it. */
export interface TextEntity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly user?: { readonly id: number; readonly first_name: string };
}

/** A piece of a message as it is drawn: plain text, or a mark around other pieces. */
export type RichNode =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'marked';
      readonly entity: TextEntity;
      readonly text: string;
      readonly children: readonly RichNode[];
    };

/**
 * Turns text and its entities into a tree that can be drawn without looking at offsets again.
 * Overlapping marks are split, marks outside the text are cut or dropped, and the line break beside a block is
 * swallowed because the block already starts a line of its own. Concatenated, all other text is unchanged.
 */
export const richTree = (text: string, entities: readonly TextEntity[] = []): readonly RichNode[] =>
  withoutBreaksAroundBlocks(piecesBetween(text, 0, text.length, inDrawingOrder(entities)));

/** Whether the mark is drawn as a block of its own lines. */
export const isBlock = (entity: TextEntity): boolean =>
  entity.type === 'pre' || entity.type === 'blockquote' || entity.type === 'expandable_blockquote';

/** The text of a tree as a reader sees it on one line: used in previews and labels. */
export const oneLine = (text: string): string => text.replaceAll(/\s+/gu, ' ').trim();

const SAFE_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'tg:', 'mailto:', 'tel:']);

/** @returns an address that is safe to put into `href`, or null when the scheme could run code or reach local files. */
export const safeHref = (raw: string): string | null => {
  const address = raw.trim();
  const candidate =
    /^[a-z][a-z\d+.-]*:/iu.test(address) && !/^[^/:]+\.[a-z]+:\d/iu.test(address) ? address : `https://${address}`;
  const parsed = URL.parse(candidate);
  return parsed !== null && SAFE_SCHEMES.has(parsed.protocol) ? parsed.href : null;
};

/** @returns the address behind an entity, or null when it is not a link or not a safe one. */
export const entityHref = (entity: TextEntity, text: string): string | null => {
  switch (entity.type) {
    case 'url':
      return safeHref(text);
    case 'text_link':
      return safeHref(entity.url ?? '');
    case 'email':
      return safeHref(`mailto:${text}`);
    case 'phone_number':
      return safeHref(`tel:${text.replaceAll(/[^\d+]/gu, '')}`);
    default:
      return null;
  }
};

// The outermost mark first: a block may hold inline marks, never the other way round.
const NESTING = [
  'blockquote',
  'expandable_blockquote',
  'pre',
  'text_link',
  'url',
  'spoiler',
  'bold',
  'italic',
  'underline',
];

const nestingRank = (type: string): number => {
  const rank = NESTING.indexOf(type);
  return rank === -1 ? NESTING.length : rank;
};

const inDrawingOrder = (entities: readonly TextEntity[]): readonly TextEntity[] =>
  entities.toSorted(
    (left, right) =>
      left.offset - right.offset || right.length - left.length || nestingRank(left.type) - nestingRank(right.type),
  );

const piecesBetween = (text: string, from: number, to: number, entities: readonly TextEntity[]): RichNode[] => {
  const pieces: RichNode[] = [];
  let waiting = entities;
  let position = from;
  for (let entity = waiting[0]; entity !== undefined; entity = waiting[0]) {
    waiting = waiting.slice(1);
    const start = Math.max(entity.offset, position);
    const end = Math.min(entity.offset + entity.length, to);
    if (start >= end) continue;
    if (start > position) pieces.push({ kind: 'text', text: text.slice(position, start) });
    const inside = waiting.filter((other) => other.offset < end);
    pieces.push({
      kind: 'marked',
      entity,
      text: text.slice(start, end),
      children: piecesBetween(text, start, end, inside),
    });
    waiting = waiting.flatMap((other) => restAfter(other, end));
    position = end;
  }
  if (position < to) pieces.push({ kind: 'text', text: text.slice(position, to) });
  return pieces;
};

/** What remains of a mark behind `end`, where an earlier mark has taken everything before it. */
const restAfter = (entity: TextEntity, end: number): TextEntity[] => {
  const entityEnd = entity.offset + entity.length;
  if (entityEnd <= end) return [];
  return entity.offset >= end ? [entity] : [{ ...entity, offset: end, length: entityEnd - end }];
};

const withoutBreaksAroundBlocks = (nodes: readonly RichNode[]): readonly RichNode[] =>
  nodes.flatMap((node, index): RichNode[] => {
    if (node.kind === 'marked') {
      return node.entity.type === 'pre' ? [node] : [{ ...node, children: withoutBreaksAroundBlocks(node.children) }];
    }
    const afterBlock = isBlockNode(nodes[index - 1]) ? node.text.replace(/^\n/u, '') : node.text;
    const text = isBlockNode(nodes[index + 1]) ? afterBlock.replace(/\n$/u, '') : afterBlock;
    return text === '' ? [] : [{ kind: 'text', text }];
  });

const isBlockNode = (node: RichNode | undefined): boolean => node?.kind === 'marked' && isBlock(node.entity);
