import { describe, expect, it } from 'vitest';
import { composePromptFiles, promptFileNames, truncateForPrompt } from './prompt-files.ts';

const file = (name: string, content: string | null) => ({ name, content });

describe('composePromptFiles', () => {
  it('keeps the fixed order, names missing required files and skips blank and missing optional ones', () => {
    const text = composePromptFiles(
      [file('MEMORY.md', 'm'), file('SOUL.md', 's'), file('AGENTS.md', ' \n'), file('USER.md', 'u')],
      true,
    );
    expect(text).toBe(
      '## SOUL.md\n\ns\n\n## IDENTITY.md\n\n[IDENTITY.md is missing]\n\n## USER.md\n\nu\n\n## MEMORY.md\n\nm',
    );
  });

  it('drops the private files outside the private lane even when they were read', () => {
    const text = composePromptFiles(
      ['AGENTS.md', 'SOUL.md', 'IDENTITY.md', 'USER.md', 'BOOTSTRAP.md', 'MEMORY.md'].map((name) =>
        file(name, `in ${name}`),
      ),
      false,
    );
    expect(text).toBe('## AGENTS.md\n\nin AGENTS.md\n\n## SOUL.md\n\nin SOUL.md\n\n## IDENTITY.md\n\nin IDENTITY.md');
    expect(promptFileNames(false)).toEqual(['AGENTS.md', 'SOUL.md', 'IDENTITY.md']);
  });

  it('caps USER.md at 4,000 characters, others at 20,000 and everything at 60,000', () => {
    const big = 'x'.repeat(30_000);
    const text = composePromptFiles(
      promptFileNames(true).map((name) => file(name, big)),
      true,
    );
    const sizes = text
      .split(/^## /mu)
      .slice(1)
      .map((part) => part.split('\n\n').slice(1).join('\n\n').trimEnd().length);
    expect(sizes.slice(0, 3)).toEqual([20_000, 20_000, 20_000]);
    expect(sizes).toHaveLength(3);
  });
});

describe('truncateForPrompt', () => {
  it('keeps 75 % head and 25 % tail around a marker that names the file', () => {
    const text = truncateForPrompt('USER.md', `${'a'.repeat(5_000)}${'z'.repeat(5_000)}`, 4_000);
    expect(text).toHaveLength(4_000);
    const [head = '', tail = ''] = text.split(/\n\n\[.*USER\.md.*\]\n\n/u);
    expect([head.replaceAll('a', ''), tail.replaceAll('z', '')]).toEqual(['', '']);
    expect(head.length / (head.length + tail.length)).toBeCloseTo(0.75, 2);
  });

  it('never cuts a character in half', () => {
    for (const size of [200, 201, 202, 203]) {
      const text = truncateForPrompt('A.md', '😀'.repeat(400), size);
      expect(text.isWellFormed()).toBe(true);
    }
  });
});
