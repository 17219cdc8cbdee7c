import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal } from './journal.ts';

describe('journal', () => {
  it('keeps every change across a kill, and drops the line the kill tore', () => {
    const folder = mkdtempSync(join(tmpdir(), 'journal-'));
    const chats = openJournal(folder).table('chats');
    chats.put('a', 1);
    chats.put('b', 2);
    chats.delete('a');
    appendFileSync(join(folder, 'journal.jsonl'), '["chats","c",');
    expect(openJournal(folder).table('chats').values()).toEqual([2]);
    rmSync(folder, { recursive: true });
  });
});
