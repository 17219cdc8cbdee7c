import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { synthesize } from './synthesized.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const guide = read('docs/deploy.md');
const stack = synthesize();
afterAll(() => stack[Symbol.dispose]());

const template = JSON.parse(stack.templateText) as {
  readonly Parameters: Record<string, { readonly Default: string }>;
  readonly Outputs: Record<string, unknown>;
};
const found = (pattern: RegExp): string[] => [...new Set([...guide.matchAll(pattern)].map(([, name = '']) => name))];

describe('the deploy guide', () => {
  it('lists every parameter of the template with its default, and uses no other', () => {
    const rows = [...guide.matchAll(/^\| `(\w+)`\s+\| (?:`([^`]*)`|empty\b[^|]*?)\s+\|/gmu)];
    const listed = rows.map(([, name = '', value]) => [name, value ?? ''] as const);
    const declared = Object.entries(template.Parameters).map(([name, { Default }]) => [name, Default] as const);
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(declared));
    expect(found(/--parameters (\w+)=/gu).filter((name) => !(name in template.Parameters))).toEqual([]);
  });

  it('names every output of the stack', () => {
    expect(Object.keys(template.Outputs).filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });

  it('runs scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(found(/npm (?:run )?(start|test|(?<=run )[\w:-]+)/gu).filter((name) => !(name in scripts))).toEqual([]);
    expect(found(/npx (\w+)/gu)).toEqual(['cdk']);
  });

  it('quotes error messages as the registrar writes them', () => {
    const source = ['bot-api.ts', 'register-webhook.ts'].map((file) => read(`packages/webhook-registrar/src/${file}`));
    const quoted = found(/the deploy fails: `(The secret[^`]*|now shows[^`]*)`/gu);
    expect(quoted).toHaveLength(2);
    expect(quoted.filter((text) => !source.join('\n').includes(text))).toEqual([]);
    expect(source.join('\n')).toContain(': Telegram answered ');
  });
});
