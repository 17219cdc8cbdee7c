import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createScanner } from './leak-scan.ts';
import { temporaryFolder } from './local-system.ts';

const TOKEN = '7000009:AAcanary-of-the-token_0123456789abc';
const canaries = [
  { name: 'token', value: TOKEN },
  { name: 'said', value: 'zqsaidword' },
];
const foundIn = (content: Buffer | string): readonly string[] => {
  const scanner = createScanner(canaries);
  scanner.scan('here', content);
  return [...new Set(scanner.findings.map(({ canary }) => canary))];
};

/** The scan of the whole system is worth something only because it would find these. */
describe('a leak is found', () => {
  const cases: Readonly<Record<string, readonly [content: Buffer | string, canary: string]>> = {
    'in an error that quotes the address of a call, printed whole': [
      inspect(new Error('failed', { cause: new TypeError(`fetch of https://h/bot${TOKEN}/getMe failed`) })),
      'token',
    ],
    'in a field of a log line': [JSON.stringify({ level: 'info', event: 'x', text: 'say zqsaidword' }), 'said'],
    'in a log line inside a log line': [JSON.stringify({ payload: JSON.stringify({ text: '"zqsaidword"' }) }), 'said'],
    'in other case': ['ZqSaidWord', 'said'],
    'in an address': [`/x?u=${encodeURIComponent(`https://h/file/bot${TOKEN}/f`)}`, 'token'],
    'in an address of a client that writes small hex digits': [`/x?t=${TOKEN.replace(':', '%3a')}`, 'token'],
    'in hex': [Buffer.from(`a ${TOKEN}`).toString('hex'), 'token'],
    'in UTF-16': [Buffer.from(`a ${TOKEN}`, 'utf16le'), 'token'],
    'among bytes that are no text': [Buffer.concat([Buffer.from([0xff, 0, 0x80]), Buffer.from(TOKEN)]), 'token'],
  };
  it.each(Object.entries(cases))('%s', (_name, [content, canary]) => {
    expect(foundIn(content)).toContain(canary);
  });

  it('in base64, wherever it begins and whatever follows', () => {
    for (const before of ['', 'a', 'ab', 'abc'])
      for (const after of ['', 'z', 'zy'])
        for (const encoding of ['base64', 'base64url'] as const)
          expect(foundIn(Buffer.from(`${before}${TOKEN}${after}`).toString(encoding))).toEqual(['token']);
  });

  it('in a file and in the name of a file, but not in a file that is exempt', () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, 'logs'));
    writeFileSync(join(folder.path, 'logs/a.log'), `x ${TOKEN}`);
    writeFileSync(join(folder.path, 'logs/zqsaidword.txt'), 'x');
    writeFileSync(join(folder.path, 'store'), TOKEN);
    const scanner = createScanner(canaries);
    const scanned = scanner.scanFolder(folder.path, (path) => path === 'store');
    expect([...scanned].sort()).toEqual(['logs/a.log', 'logs/zqsaidword.txt']);
    expect(new Set(scanner.findings.map(({ canary, where }) => `${canary} in ${where}`))).toEqual(
      new Set(['token in logs/a.log', 'said in the name logs/zqsaidword.txt']),
    );
  });
});

it('nothing is found where there is nothing', () => {
  expect(foundIn(`bot 7000009 said zqsaid word ${TOKEN.slice(0, 20)}`)).toEqual([]);
});
