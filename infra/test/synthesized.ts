import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { AgentClawStack } from '../lib/agent-claw-stack.ts';
import { addNag } from '../lib/nag.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Synthesized extends Disposable {
  /** The cloud assembly's directory. */
  readonly directory: string;
  readonly templateText: string;
  /** Resources of one type, by logical id without its hash. */
  ofType(type: string): Record<string, Resource>;
  /** Directory of a function's code. */
  codeOf(logicalId: string): string;
}

interface Template {
  readonly Resources: Record<string, Resource>;
}

const root = new URL('../../', import.meta.url);
const context = (JSON.parse(readFileSync(new URL('cdk.json', root), 'utf8')) as { context: Record<string, unknown> })
  .context;

/** Synthesizes the stack in this process with the context of cdk.json. The image is a stand-in: `container.test.ts` looks at the real one. */
export const synthesize = (): Synthesized => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'agent-claw-synth-'));
  const containerDirectory = mkdtempSync(path.join(scratch, 'container-'));
  const directory = path.join(scratch, 'cdk.out');
  writeFileSync(path.join(containerDirectory, 'Dockerfile'), 'FROM scratch\n');
  const app = new App({ context, outdir: directory, analyticsReporting: false });
  new AgentClawStack(app, 'AgentClaw', { containerDirectory });
  addNag(app);
  app.synth();
  const templateText = readFileSync(path.join(directory, 'AgentClaw.template.json'), 'utf8');
  const template = JSON.parse(templateText) as Template;
  return {
    directory,
    templateText,
    ofType: (type) =>
      Object.fromEntries(
        Object.entries(template.Resources)
          .filter(([, resource]) => resource.Type === type)
          .map(([id, resource]) => [withoutHash(id), resource]),
      ),
    codeOf: (logicalId) => {
      const [, resource] = Object.entries(template.Resources).find(([id]) => withoutHash(id) === logicalId) ?? [];
      if (resource === undefined) throw new Error(`No resource ${logicalId} in the template.`);
      const { S3Key } = resource.Properties['Code'] as { S3Key: string };
      return path.join(directory, `asset.${path.basename(S3Key, '.zip')}`);
    },
    [Symbol.dispose]: () => rmSync(scratch, { recursive: true, force: true }),
  };
};

/** CDK ends a logical id with eight hexadecimal digits. */
export const withoutHash = (id: string): string => id.replace(/[0-9A-F]{8}$/u, '');

/** Writes an intrinsic function as text: `<State.Arn>`, `<AWS::Region>`. */
export const rendered = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', undefined]] = Object.entries(value as Record<string, unknown>);
  switch (name) {
    case 'Ref':
      return `<${withoutHash(String(argument))}>`;
    case 'Fn::GetAtt': {
      const [id, attribute] = argument as [string, string];
      return `<${withoutHash(id)}.${attribute}>`;
    }
    case 'Fn::Join':
      return (argument as [string, unknown[]])[1].map(rendered).join('');
    case 'Fn::Sub':
      return String(argument);
    default:
      throw new Error(`No rendering for ${name}. Add it here.`);
  }
};
