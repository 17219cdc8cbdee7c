import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../packages/agent-runner/src', import.meta.url));
/** From the ground up, as docs/architecture.md has it. `src` itself is the roof. */
const FLOORS = ['leg', 'access', 'delivery', 'cards', 'media', 'commands', 'turn', 'src'];

const floorOf = (file: string): number => FLOORS.indexOf(basename(dirname(file)));

const climbsIn = (file: string): readonly string[] =>
  [...readFileSync(join(SRC, file), 'utf8').matchAll(/ from '(\.[^']+)'/gu)]
    .map(([, to = '']) => to)
    .filter((to) => floorOf(join(SRC, dirname(file), to)) > floorOf(join(SRC, file)))
    .map((to) => `${file} imports ${to}`);

describe('the folders of agent-runner', () => {
  const files = globSync('**/*.ts', { cwd: SRC, exclude: (name) => name.endsWith('.test.ts') });

  it('are the ones that the architecture names', () => {
    expect(new Set(files.map((file) => floorOf(join(SRC, file))))).toEqual(new Set(FLOORS.keys()));
  });

  it('import only from those below them', () => {
    expect(files.flatMap(climbsIn)).toEqual([]);
  });
});
