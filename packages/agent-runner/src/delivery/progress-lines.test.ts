import { describe, expect, it } from 'vitest';
import { elapsedText, progressLines } from './progress-lines.ts';

const tool = (name: string, summary = '', sinceMs = 0) => ({ name, summary, sinceMs });

describe('progress lines', () => {
  it('say what each running tool does, in the order in which they started, and forget the one that has finished', () => {
    const lines = progressLines();
    lines.started(tool('read_file', 'notes.md'));
    lines.started(tool('list_files'));
    lines.started(tool('web_search'));
    const all = lines.markdown(0);
    lines.finished('list_files');
    lines.finished('unheard_of');
    expect([all, lines.markdown(0)]).toEqual([
      '_reading notes.md …_\n\n_looking through the workspace …_\n\n_web search …_',
      '_reading notes.md …_\n\n_web search …_',
    ]);
    lines.clear();
    expect(lines.markdown(0)).toBe('');
  });

  it('end the oldest of several calls of one tool', () => {
    const lines = progressLines();
    lines.started(tool('read_file', 'a.md'));
    lines.started(tool('read_file', 'b.md'));
    lines.finished('read_file');
    expect(lines.markdown(0)).toBe('_reading b.md …_');
  });

  it('are three at most, and one that counts the rest', () => {
    const lines = progressLines();
    for (let n = 1; n <= 5; n += 1) lines.started(tool('read_file', `${n}.md`));
    expect(lines.markdown(0).split('\n\n')).toEqual([
      '_reading 1.md …_',
      '_reading 2.md …_',
      '_reading 3.md …_',
      '_and 2 more …_',
    ]);
  });

  it('show a file’s name as it is, whatever Markdown it looks like', () => {
    const lines = progressLines();
    lines.started(tool('read_file', '_my_ [x](y)\n# *z*.md'));
    expect(lines.markdown(0)).toBe(String.raw`_reading \_my\_ \[x\](y) # \*z\*.md …_`);
  });

  it('say from ten seconds on how long it takes', () => {
    const lines = progressLines();
    lines.started(tool('read_file', 'a.md', 1_000));
    lines.started(tool('web_search', '', 20_000));
    expect(lines.markdown(27_300)).toBe('_reading a.md … 25 s_\n\n_web search …_');
  });
});

describe('the time that a tool takes', () => {
  it.each([
    [9_999, ''],
    [10_000, '10 s'],
    [59_999, '55 s'],
    [60_000, '1 min'],
    [151_000, '2 min 30 s'],
    [640_000, '10 min'],
    [3_600_000, '1 h'],
    [4_100_000, '1 h 5 min'],
    [-5_000, ''],
  ])('%i ms reads "%s"', (ms, text) => {
    expect(elapsedText(ms)).toBe(text);
  });

  it('changes so seldom that eight hours make less than 150 edits', () => {
    const texts = new Set<string>();
    for (let ms = 0; ms < 8 * 3_600_000; ms += 1_000) texts.add(elapsedText(ms));
    expect(texts.size).toBeLessThan(150);
  });
});
