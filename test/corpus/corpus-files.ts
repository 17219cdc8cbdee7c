import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CorpusDocument } from './property.ts';

export interface CorpusFile {
  /** Folder and file, as printed: `cases/workspace-paths.json`. */
  readonly label: string;
  readonly corpus: string;
  read(): CorpusDocument;
}

const ownFolder = join(dirname(fileURLToPath(import.meta.url)), 'cases');

/** The project's own cases and those of every folder in `$CORPUS_DIR`. @throws Error when a named folder is not there. */
export const corpusFiles = (corpusDir: string | undefined): readonly CorpusFile[] => {
  const others = (corpusDir ?? '').split(delimiter).filter((folder) => folder !== '');
  return [ownFolder, ...others].flatMap((folder) => {
    if (!existsSync(folder))
      throw new Error(
        `CORPUS_DIR names "${folder}", which is not there. Give existing folders, separated by "${delimiter}".`,
      );
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => ({
      label: `${basename(folder)}/${name}`,
      corpus: basename(name, '.json'),
      read: () => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CorpusDocument,
    }));
  });
};
