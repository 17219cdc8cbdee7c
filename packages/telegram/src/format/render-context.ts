import type { MarkdownTree } from './markdown-tree.ts';
import type { EntityKind, TextBuilder } from './text-builder.ts';

/** Where in the tree the renderer is. */
export interface RenderContext {
  out: TextBuilder;
  tree: MarkdownTree;
  /** Put after every newline: list indentation. */
  indent: string;
  listDepth: number;
  inQuote: boolean;
  /** How many names of files may still be marked: of the whole reply. */
  fileNames: { left: number };
  /** Formats already open: Telegram refuses nothing here, but an entity inside its own kind is wasted. */
  open: ReadonlySet<EntityKind['type']>;
}
