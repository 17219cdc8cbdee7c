import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Named collections of JSON values that outlive the process. */
export interface Journal {
  table<T>(name: string): Table<T>;
}

export interface Table<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  delete(key: string): void;
  values(): T[];
}

type Line = readonly [table: string, key: string, value?: unknown];

/**
 * Every change is one line, written to the operating system before the call returns, so that kill -9 loses nothing that was answered.
 * A line torn by the kill is dropped on the next start. Without a folder everything lives in memory.
 */
export const openJournal = (dataDir?: string): Journal => {
  const tables = new Map<string, Map<string, unknown>>();
  const path = dataDir === undefined ? undefined : join(dataDir, 'journal.jsonl');
  const rowsOf = (name: string): Map<string, unknown> => {
    const known = tables.get(name);
    if (known !== undefined) return known;
    const rows = new Map<string, unknown>();
    tables.set(name, rows);
    return rows;
  };
  let linesSinceCompaction = 0;

  const apply = ([name, key, value]: Line): void => {
    if (value === undefined) rowsOf(name).delete(key);
    else rowsOf(name).set(key, value);
  };
  const compact = (to: string): void => {
    const lines = [...tables].flatMap(([name, rows]) => [...rows].map(([key, value]) => encode([name, key, value])));
    // Rename is atomic: a kill during compaction leaves the old journal.
    writeFileSync(`${to}.new`, lines.join(''));
    renameSync(`${to}.new`, to);
    linesSinceCompaction = 0;
  };
  const change = (line: Line): void => {
    apply(line);
    if (path === undefined) return;
    appendFileSync(path, encode(line));
    linesSinceCompaction += 1;
    if (linesSinceCompaction > 20_000) compact(path);
  };

  if (dataDir !== undefined && path !== undefined) {
    mkdirSync(dataDir, { recursive: true });
    if (existsSync(path)) for (const line of readLines(path)) apply(line);
    compact(path);
  }
  return {
    table: <T>(name: string): Table<T> => ({
      get: (key) => rowsOf(name).get(key) as T | undefined,
      put: (key, value) => change([name, key, value]),
      delete: (key) => {
        if (rowsOf(name).has(key)) change([name, key]);
      },
      values: () => [...rowsOf(name).values()] as T[],
    }),
  };
};

const encode = (line: Line): string => `${JSON.stringify(line)}\n`;

const readLines = (path: string): Line[] => {
  const text = readFileSync(path, 'utf8');
  // Only the part after the last newline can be torn: each append ends with one.
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
};
