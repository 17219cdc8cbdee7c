import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isPrivatePath, normalisePath } from './workspace-path.ts';

interface Case {
  readonly id: string;
  readonly path: unknown;
  readonly expect: 'ok' | 'reject';
  readonly normalized?: string;
}
const { cases } = JSON.parse(
  readFileSync(new URL('../../../test/corpus/cases/workspace-paths.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] };

describe('normalisePath', () => {
  it.each(cases.map((entry) => [entry.id, entry] as const))('decides %s as the corpus says', (_id, entry) => {
    const outcome = normalisePath(entry.path);
    expect(outcome.kind === 'ok' ? outcome.path : 'refused').toBe(entry.expect === 'ok' ? entry.normalized : 'refused');
  });

  it('gives an accepted path back unchanged when it is normalised again', () => {
    const accepted = cases.flatMap((entry) => {
      const outcome = normalisePath(entry.path);
      return outcome.kind === 'ok' ? [outcome.path] : [];
    });
    expect(accepted.map((path) => normalisePath(path))).toEqual(accepted.map((path) => ({ kind: 'ok', path })));
    expect(accepted.length).toBeGreaterThan(5);
  });
});

describe('isPrivatePath', () => {
  it('covers the files about one person and nothing beside them', () => {
    const paths = [
      'MEMORY.md',
      'memory.md',
      'USER.md',
      'memory/2026-11-21.md',
      'Memory/a',
      'notes/MEMORY.md',
      'memory-notes.md',
    ];
    expect(paths.filter(isPrivatePath)).toEqual([
      'MEMORY.md',
      'memory.md',
      'USER.md',
      'memory/2026-11-21.md',
      'Memory/a',
    ]);
  });
});
