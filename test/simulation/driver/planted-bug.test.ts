import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BUGS } from '../bugs/index.ts';
import { patched } from './planted-bug.ts';

const textOf = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');

describe('patched', () => {
  it('replaces the one place, taking the new text literally', () => {
    expect(patched('a = b;', { file: 'f.ts', find: 'b', replace: "$& + '$1'" })).toBe("a = $& + '$1';");
  });

  it('refuses a text that is not there, or there twice', () => {
    const patch = { file: 'f.ts', find: 'b', replace: 'c' };
    expect(() => patched('a', patch)).toThrow('occurs 0 times in f.ts, not once: b');
    expect(() => patched('b b', patch)).toThrow('occurs 2 times in f.ts, not once: b');
  });
});

describe('the planted bugs', () => {
  it.each(BUGS)('$name fits the present source, and changes it', ({ patches }) => {
    for (const patch of patches) expect(patched(textOf(patch.file), patch)).not.toBe(textOf(patch.file));
  });

  it.each(BUGS.filter(({ patches }) => patches.some(({ file }) => file.startsWith('packages/testkit/'))))(
    '$name, planted in a fake, names the contract test that keeps its adapter from it',
    ({ inAdapter }) => {
      const { suite, test } = inAdapter ?? { suite: '', test: '' };
      expect(textOf(suite)).toContain(`it('${test}'`);
    },
  );
});
