import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CorpusDocument } from './property.ts';

export interface CorpusFile {
  /** Folder and file, as printed: `cases/workspace-paths.json`. */
  readonly label: string;
  readonly corpus: string;
  read(): CorpusDocument | null;
}

const ownFolder = join(dirname(fileURLToPath(import.meta.url)), 'cases');

/** The project's own cases and every file of each folder in `$CORPUS_DIR`. @throws Error when a named folder is not there. */
export const corpusFiles = (corpusDir: string | undefined): readonly CorpusFile[] => {
  const others = (corpusDir ?? '').split(delimiter).filter((folder) => folder !== '');
  return [ownFolder, ...others].flatMap((folder) => {
    if (!existsSync(folder))
      throw new Error(
        `CORPUS_DIR names "${folder}", which is not there. Give existing folders, separated by "${delimiter}".`,
      );
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
    return paths.map((path) => ({
      label: join(basename(folder), relative(folder, path)),
      corpus: basename(path, '.json'),
      read: () => documentIn(path),
    }));
  });
};

/** @returns null for what is no corpus of our format: it is listed as pending, so that nobody takes it for run. */
const documentIn = (path: string): CorpusDocument | null => {
  if (!path.endsWith('.json')) return null;
  const parsed = JSON.parse(readFileSync(path, 'utf8')) as { readonly cases?: unknown };
  return Array.isArray(parsed.cases) ? (parsed as CorpusDocument) : null;
};
