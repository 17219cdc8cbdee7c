import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedCloud } from '@agent-claw/embedded-aws';
import { synthesize } from '@agent-claw/local/synthesize';
import { expect, it } from 'vitest';
import { temporaryFolder } from './local-system.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const cdkOut = join(root, 'cdk.out');
await synthesize(root, cdkOut, () => undefined);

/** Runs the template with every default, as the first `cdk deploy` does: nobody has put a token into the secret yet. */
const deploy = async (parameters: Readonly<Record<string, string>>) => {
  using folder = temporaryFolder();
  const lines: string[] = [];
  const cloud = await startEmbeddedCloud({
    cdkOut,
    dataDir: folder.path,
    awsPort: 0,
    publicUrl: 'http://127.0.0.1:1',
    parameters,
    log: ({ line }) => lines.push(line),
  });
  await cloud.stop();
  const kindOf = (id: string): string => id.replace(/^AlarmMail|[0-9A-F]{8}$/gu, '');
  return {
    isWaitingForToken: lines.some((line) => line.includes('"event":"bot_not_connected"')),
    mail: Object.keys(cloud.refs)
      .filter((id) => id.startsWith('AlarmMail'))
      .map(kindOf),
  };
};

it('comes up without a token and tells where to put it; nobody is mailed', async () => {
  expect(await deploy({})).toEqual({ isWaitingForToken: true, mail: [] });
});

it('subscribes the address that alarms are mailed to', async () => {
  const { mail } = await deploy({ AlarmEmail: 'owner@example.org' });
  expect(mail.sort()).toEqual(['Address', 'Topic', 'TopicPolicy']);
});
