import {
  checkUrl,
  findEntities,
  parseHtml,
  parseMarkdown,
  parseMarkdownV2,
  repairText,
  type FormattedText,
} from '@agent-claw/telegram-double/text';
import { renderReply } from '@agent-claw/telegram/format';
import { isLinkable } from '@agent-claw/telegram/format/urls';
import { describe, expect, it } from 'vitest';
import { corpusFiles } from '../../corpus/corpus-files.ts';
import { fuzzAddress, fuzzEntities, fuzzFindable, fuzzHtml, fuzzMarkdown, seededRandom } from './fuzz-texts.ts';
import { openTdlibOracle, type ParseMode, type Reading } from './tdlib-oracle.ts';

/*
 * Where the double differs from TDLib on purpose, and is therefore not asked here:
 * - `tonsite://` in plain text: TDLib marks only its last seven letters on (an offset meant for `ton://`); the double marks the whole link.
 * - Names of 1,500 top-level domains: the double knows the common ones and all countries, which is what a bare `host.name` needs.
 * - Card numbers, media times and phone numbers: TDLib finds the first two, the Bot API shows neither.
 * - The edges of a text are trimmed where a message is sent, which none of TDLib's offline methods does.
 */
const tdlib = openTdlibOracle();
const inputs = 2000;
const parsers = { HTML: parseHtml, Markdown: parseMarkdown, MarkdownV2: parseMarkdownV2 };

/** The double's reading; its reasons carry the Bot API's prefix and begin in lower case. */
const readingOf = (read: () => FormattedText): Reading => {
  try {
    const { text, entities } = read();
    return { text, entities };
  } catch (error) {
    const reason = (error as Error).message.replace(/^Bad Request: /, '');
    return { error: reason.charAt(0).toUpperCase() + reason.slice(1) };
  }
};

/** Both readings side by side for each input on which they differ, and how many inputs each way were refused or taken. */
const disagreements = <Input>(
  list: readonly Input[],
  ask: (input: Input) => Reading,
  own: (input: Input) => Reading,
) => {
  const count = { refused: 0, taken: 0 };
  const differing = [];
  for (const input of list) {
    const [theirs, ours] = [ask(input), own(input)];
    if ('error' in theirs) count.refused += 1;
    else count.taken += 1;
    if (JSON.stringify(sorted(theirs)) !== JSON.stringify(sorted(ours))) differing.push({ input, theirs, ours });
  }
  return { differing: differing.slice(0, 3), ...count };
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, one]) => [name, sorted(one)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
};

const many = <Input>(seed: number, make: (random: () => number) => Input): Input[] => {
  const random = seededRandom(seed);
  return Array.from({ length: inputs }, () => make(random));
};

const corpus = corpusFiles(process.env['CORPUS_DIR'])
  .filter((file) => file.corpus === 'telegram-markdown')
  .flatMap((file) => (file.read()?.cases ?? []) as readonly { readonly markdown: string }[])
  .map(({ markdown }) => markdown);
/** A text and where a stream of it may have stopped. */
const withPrefixes = corpus.flatMap((text) =>
  [0.2, 0.4, 0.6, 0.8, 1].map((part) => text.slice(0, Math.floor(text.length * part)).toWellFormed()),
);
const modes: readonly ParseMode[] = ['HTML', 'MarkdownV2', 'Markdown'];

describe('the double reads text as TDLib does', () => {
  it.each(modes)('in %s, every text of the corpus and its beginnings', (mode) => {
    const texts = withPrefixes.filter((text) => text.length < 32_768);
    const result = disagreements(
      texts,
      (text) => tdlib.parse(mode, text),
      (text) => readingOf(() => parsers[mode](text)),
    );
    expect(result.differing).toEqual([]);
    expect([result.taken > 20, result.refused > 10]).toEqual([true, true]);
  });

  it.each([
    ['HTML', fuzzHtml, 11],
    ['MarkdownV2', fuzzMarkdown, 12],
    ['Markdown', fuzzMarkdown, 13],
  ] as const)('in %s, 2,000 made-up texts: words, entities, and reasons of a refusal', (mode, make, seed) => {
    const result = disagreements(
      many(seed, make),
      (text) => tdlib.parse(mode, text),
      (text) => readingOf(() => parsers[mode](text)),
    );
    expect(result.differing).toEqual([]);
    expect([result.taken > 200, result.refused > 200]).toEqual([true, true]);
  });

  it('with entities given, 2,000 times: crossing, nested, touching, cutting a character, beyond the end', () => {
    const result = disagreements(many(14, fuzzEntities), tdlib.repair, (input) => readingOf(() => repairText(input)));
    expect(result.differing).toEqual([]);
    expect([result.taken > 1000, result.refused > 50]).toEqual([true, true]);
  });

  it('finds the same links, addresses, mentions, commands, hashtags and cashtags in 2,000 texts', () => {
    const texts = many(15, fuzzFindable).filter((text) => tdlib.find(text) !== null);
    const result = disagreements(
      texts,
      (text) => ({ text, entities: tdlib.find(text) ?? [] }),
      (text) => ({ text, entities: findEntities(text) }),
    );
    expect(result.differing).toEqual([]);
    expect(texts.length).toBeGreaterThan(1900);
  });

  it('takes, rewrites and refuses the same 2,000 addresses of links, for the same reasons', () => {
    const addresses = many(16, fuzzAddress).filter((url) => !/user\?id=5/.test(url));
    const linked = (url: string): Reading => ({
      text: 'x',
      entities: [{ type: 'text_link', offset: 0, length: 1, url }],
    });
    const result = disagreements(
      addresses,
      (url) => tdlib.repair({ text: 'x', entities: [{ type: 'text_link', offset: 0, length: 1, url }] }),
      (url) => {
        const checked = checkUrl(url);
        if (checked.kind === 'valid') return linked(checked.url);
        return { error: `Entity URL '${url}' is invalid: ${checked.reason}` };
      },
    );
    expect(result.differing).toEqual([]);
    expect([result.taken > 200, result.refused > 200]).toEqual([true, true]);
  });
});

describe('our replies by the rules of TDLib', () => {
  it('link only addresses that it takes: 2,000 tried', () => {
    const linked = many(17, fuzzAddress).filter(isLinkable);
    const reading = (url: string) =>
      tdlib.repair({ text: 'x', entities: [{ type: 'text_link', offset: 0, length: 1, url }] });
    expect(linked.filter((url) => 'error' in reading(url))).toEqual([]);
    expect(linked.length).toBeGreaterThan(100);
  });

  it('keep every entity of every part, and are never refused', () => {
    const parts = withPrefixes.flatMap((markdown) => renderReply(markdown) as readonly FormattedText[]);
    // TDLib's repair also reads these marks as Markdown; letters in their place keep every offset. A tab becomes a space, as always,
    // and of a run of direction marks only the last stays one.
    const unmarked = parts.map(({ text, entities }) => ({
      text: text
        .replaceAll(/[*_~|`[\]]/g, 'm')
        .replaceAll('\t', ' ')
        .replaceAll(/[\u200E\u200F](?=[\u200E\u200F])/g, '\u200C'),
      entities,
    }));
    const result = disagreements(
      unmarked,
      (part) => styledUnits(tdlib.repair(part)),
      (part) => styledUnits(part),
    );
    expect(result.differing).toEqual([]);
    expect([result.taken > 100, result.refused]).toEqual([true, 0]);
  });
});

/** One entity per kind and unit of text: how a style is cut into entities says nothing, and a link to a person is a mention. */
const styledUnits = (reading: Reading): Reading => {
  if ('error' in reading) return reading;
  const units = reading.entities.flatMap(({ type, offset, length }) =>
    Array.from({ length }, (_, i) => ({
      type: type === 'text_mention' ? 'text_link' : type,
      offset: offset + i,
      length: 1,
    })),
  );
  const unique = new Map(units.map((unit) => [`${unit.offset} ${unit.type}`, unit]));
  return {
    text: reading.text,
    entities: [...unique.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, unit]) => unit),
  };
};
