import { afterAll, describe, expect, it } from 'vitest';
import { corpusFiles } from './corpus-files.ts';
import { caseName } from './property.ts';
import type { Property } from './property.ts';
import { badWebhooks } from './properties/bad-webhooks.ts';
import { telegramMarkdown } from './properties/telegram-markdown.ts';
import { telegramUpdates } from './properties/telegram-updates.ts';
import { workspacePaths } from './properties/workspace-paths.ts';

const PROPERTIES: readonly Property[] = [badWebhooks, telegramMarkdown, telegramUpdates, workspacePaths];

const rows: string[] = [];
const row = (label: string, ran: number, passed: number, statement: string): void => {
  rows.push(`${label.padEnd(32)} ${String(ran).padStart(5)} ran ${String(passed).padStart(5)} passed   ${statement}`);
};

afterAll(() => {
  process.stdout.write(`\nCorpora\n${rows.sort().join('\n')}\n`);
});

describe('corpora', () => {
  for (const file of corpusFiles(process.env['CORPUS_DIR'])) {
    const property = PROPERTIES.find(({ corpus }) => corpus === file.corpus);
    const document = file.read();
    if (property === undefined || document === null) {
      // A promise that no code can keep yet: named in the report, so that nobody takes it for kept.
      const what = document === null ? 'a file of another format' : `${document.cases.length} cases`;
      row(file.label, 0, 0, `PENDING: ${what} that nothing tests yet`);
      continue;
    }
    it(`${file.label}: ${property.statement}`, async () => {
      const failures: string[] = [];
      for (const [index, testCase] of document.cases.entries()) {
        const problem = await property.check(testCase, document);
        if (problem !== null) failures.push(`${caseName(testCase, index)}: ${problem}`);
      }
      row(file.label, document.cases.length, document.cases.length - failures.length, property.statement);
      expect(failures).toEqual([]);
      expect(document.cases.length).toBeGreaterThan(0);
    });
  }
});
