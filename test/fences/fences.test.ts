import { afterAll, describe, expect, it } from 'vitest';
import { openPlot } from './plant.ts';

interface Fence {
  readonly promise: string;
  readonly file: string;
  readonly code: string;
  readonly rule: string;
}

/** Packages cannot see what their package.json does not name, so these do not even compile. */
const ISOLATION: readonly (Fence & { readonly folder: string })[] = [
  {
    promise: 'core imports nothing of ours',
    folder: 'packages/core',
    file: 'packages/core/src/planted.ts',
    code: `import { wakeSchema } from '@agent-claw/protocol';\nexport const planted = wakeSchema;\n`,
    rule: 'TS2307',
  },
  {
    promise: 'core knows no AWS',
    folder: 'packages/core',
    file: 'packages/core/src/planted.ts',
    code: `import { S3Client } from '@aws-sdk/client-s3';\nexport const planted = S3Client;\n`,
    rule: 'TS2307',
  },
  {
    promise: 'telegram does not import aws',
    folder: 'packages/telegram',
    file: 'packages/telegram/src/planted.ts',
    code: `import { planted as p } from '@agent-claw/aws/table';\nexport const planted = p;\n`,
    rule: 'TS2307',
  },
  {
    promise: 'a service does not import another',
    folder: 'packages/tg-ingest',
    file: 'packages/tg-ingest/src/planted.ts',
    code: `import { parseConfig } from '@agent-claw/agent-runner/config';\nexport const planted = parseConfig;\n`,
    rule: 'TS2307',
  },
  {
    promise: 'the heartbeat does not speak Telegram',
    folder: 'packages/heartbeat',
    file: 'packages/heartbeat/src/planted.ts',
    code: `import { parseUpdate } from '@agent-claw/telegram/parse-update';\nexport const planted = parseUpdate;\n`,
    rule: 'TS2307',
  },
  {
    promise: 'the container does not speak Telegram',
    folder: 'agent-container',
    file: 'agent-container/src/planted.ts',
    code: `import { parseUpdate } from '@agent-claw/telegram/parse-update';\nexport const planted = parseUpdate;\n`,
    rule: 'TS2307',
  },
  {
    promise: 'the double does not import the product',
    folder: 'packages/telegram-double',
    file: 'packages/telegram-double/src/planted.ts',
    code: `import { laneIdOf } from '@agent-claw/core';\nexport const planted = laneIdOf;\n`,
    rule: 'TS2307',
  },
];

const LINTED: readonly Fence[] = [
  {
    promise: 'shipped code does not import testkit',
    file: 'packages/aws/src/planted.ts',
    code: `import { anEntry } from '@agent-claw/testkit/builders';\n\nexport const planted = anEntry;\n`,
    rule: 'no-restricted-imports',
  },
  {
    promise: 'shipped code does not import the embedded services',
    file: 'packages/aws/src/planted.ts',
    code: `import { startEmbeddedAws } from '@agent-claw/embedded-aws';\n\nexport const planted = startEmbeddedAws;\n`,
    rule: 'no-restricted-imports',
  },
  {
    promise: 'tg-ingest holds no secret',
    file: 'packages/tg-ingest/src/planted.ts',
    code: `import { secretsManagerBotSecret } from '@agent-claw/aws/secrets-manager-bot-secret';\n\nexport const planted = secretsManagerBotSecret;\n`,
    rule: 'no-restricted-imports',
  },
  {
    promise: 'tg-ingest does not carry the Bot API client',
    file: 'packages/tg-ingest/src/planted.ts',
    code: `import { telegramMessenger } from '@agent-claw/telegram/telegram-messenger';\n\nexport const planted = telegramMessenger;\n`,
    rule: 'no-restricted-imports',
  },
  {
    promise: 'infra takes service code by path',
    file: 'infra/lib/planted.ts',
    code: `import { parseConfig } from '@agent-claw/tg-ingest/config';\n\nexport const planted = parseConfig;\n`,
    rule: 'no-restricted-imports',
  },
  {
    promise: 'only the roots read the environment',
    file: 'packages/agent-runner/src/planted.ts',
    code: `export const planted = process.env['HOME'];\n`,
    rule: 'no-process-env',
  },
  {
    promise: 'time comes from the clock',
    file: 'packages/core/src/planted.ts',
    code: `export const planted = Date.now();\n`,
    rule: 'no-restricted-properties',
  },
  {
    promise: 'waiting goes through the clock',
    file: 'packages/agent-runner/src/planted.ts',
    code: `export const planted = (run: () => void) => setTimeout(run, 1);\n`,
    rule: 'no-restricted-globals',
  },
  {
    promise: 'ids are not drawn by chance',
    file: 'agent-container/src/planted.ts',
    code: `export const planted = Math.random();\n`,
    rule: 'no-restricted-properties',
  },
  {
    promise: 'tests mock no modules',
    file: 'packages/core/src/planted.test.ts',
    code: `import { vi } from 'vitest';\n\nvi.mock('./lane.ts');\n`,
    rule: 'no-restricted-vi-methods',
  },
  {
    promise: 'nothing is exported as default',
    file: 'packages/core/src/planted.ts',
    code: `export default 1;\n`,
    rule: 'no-default-export',
  },
  {
    promise: 'nothing is printed but through the log',
    file: 'packages/agent-runner/src/planted.ts',
    code: `console.log('planted');\n`,
    rule: 'no-console',
  },
  {
    promise: 'what `using` holds is held until the work is done',
    file: 'packages/core/src/planted.ts',
    code: `export const planted = async (open: () => AsyncDisposable, work: () => Promise<void>): Promise<void> => {\n  await using _held = open();\n  return work();\n};\n`,
    rule: 'return-await',
  },
  {
    promise: 'no promise is left floating',
    file: 'packages/core/src/planted.ts',
    code: `export const planted = (work: () => Promise<void>): void => {\n  work();\n};\n`,
    rule: 'no-floating-promises',
  },
];

describe('fences', () => {
  const plot = openPlot();
  afterAll(() => plot[Symbol.dispose]());

  it.each(ISOLATION)('$promise', ({ folder, file, code, rule }) => {
    plot.plant(file, code);
    const reports = plot.typecheck(folder);
    plot.plant(file, 'export {};\n');
    expect(reports).toEqual([{ rule, file }]);
  });

  it.each(LINTED)('$promise', ({ file, code, rule }) => {
    plot.plant(file, code);
    const reports = plot.lint(file);
    plot.plant(file, 'export {};\n');
    expect(reports).toEqual([{ rule, file }]);
  });
});
