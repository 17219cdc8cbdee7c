/** What a corpus file is good for: one property that every case of it must have. */
export interface Property {
  /** The file's name without `.json`. */
  readonly corpus: string;
  /** The promise, as a sentence. */
  readonly statement: string;
  /** @returns what is wrong with the case, or null. `document` is the whole file, for its settings. */
  check(testCase: CorpusCase, document: CorpusDocument): Promise<string | null> | string | null;
}

export type CorpusCase = Readonly<Record<string, unknown>>;

export interface CorpusDocument {
  readonly cases: readonly CorpusCase[];
  readonly [field: string]: unknown;
}

export const caseName = (testCase: CorpusCase, index: number): string =>
  [testCase['id'], testCase['name'], testCase['kind']].find((name) => typeof name === 'string') ?? String(index);
