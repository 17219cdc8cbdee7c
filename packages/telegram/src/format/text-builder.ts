import type { FormattedText, ReplyEntity } from './reply-part.ts';
import { isBlank, sanitise } from './sanitise.ts';

type Unplaced<T> = T extends ReplyEntity ? Omit<T, 'offset' | 'length'> : never;
/** What an entity says about its range. */
export type EntityKind = Unplaced<ReplyEntity>;

/** Collects text and entities in reading order. */
export interface TextBuilder {
  readonly length: number;
  /** Appends text, after the separator that is due. */
  write(text: string): void;
  /** Makes `text` due before whatever is written next; nothing is written when nothing follows. */
  separate(text: string): void;
  /** Formats everything `body` writes, except code, which Telegram never lets share a range with other formats. */
  format(kind: EntityKind, body: () => void): void;
  /** Appends code verbatim as one `code` or `pre` entity. */
  verbatim(kind: EntityKind, code: string): void;
  /** Makes sure that what is written next starts a line, without the indentation that was due. */
  startLine(): void;
  finish(): FormattedText;
}

const newlines = (text: string): number => text.split('\n').length - 1;

/** An empty {@link TextBuilder}. */
export const createTextBuilder = (): TextBuilder => {
  const chunks: string[] = [];
  const entities: ReplyEntity[] = [];
  const codeRanges: { start: number; end: number }[] = [];
  let length = 0;
  let due = '';

  const append = (text: string): void => {
    chunks.push(text);
    length += text.length;
  };
  const flush = (): void => {
    if (length > 0 && due !== '') append(due);
    due = '';
  };
  const write = (text: string): void => {
    const clean = sanitise(text);
    if (clean === '') return;
    flush();
    append(clean);
  };
  const place = (kind: EntityKind, start: number, end: number): void => {
    if (end > start) entities.push({ ...kind, offset: start, length: end - start });
  };

  return {
    get length() {
      return length;
    },
    write,
    separate: (text) => {
      // The wider of two separators wins: a list's end must not shrink the paragraph break after it.
      if (newlines(text) >= newlines(due)) due = text;
    },
    format: (kind, body) => {
      const start = length;
      const firstCode = codeRanges.length;
      body();
      let from = start;
      if (kind.type !== 'blockquote' && kind.type !== 'expandable_blockquote') {
        for (const code of codeRanges.slice(firstCode)) {
          place(kind, from, code.start);
          from = code.end;
        }
      }
      place(kind, from, length);
    },
    verbatim: (kind, code) => {
      const clean = sanitise(code);
      if (isBlank(clean)) return write(clean);
      flush();
      const start = length;
      append(clean);
      place(kind, start, length);
      codeRanges.push({ start, end: length });
    },
    startLine: () => {
      if (due !== '') due = due.trimEnd() + '\n'.repeat(newlines(due));
      else if (!(chunks.at(-1) ?? '').endsWith('\n')) due = '\n';
    },
    finish: () => ({
      text: chunks.join(''),
      entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length),
    }),
  };
};
