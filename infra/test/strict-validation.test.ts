import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { addNag } from '../lib/nag.ts';

const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>;
};
const scratch = mkdtempSync(path.join(tmpdir(), 'agent-claw-validation-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The synth of a stack with this one thing in it, checked as cdk.json says. */
const synthOf = (plant: (stack: Stack) => void) => (): void => {
  const app = new App({ context, outdir: mkdtempSync(path.join(scratch, 'out-')), analyticsReporting: false });
  plant(new Stack(app, 'Planted'));
  addNag(app);
  app.synth();
};

describe('the synth', () => {
  it('fails on a property that does not exist', () => {
    const misspelt = synthOf(
      (stack) => new CfnResource(stack, 'Logs', { type: 'AWS::Logs::LogGroup', properties: { RetentionDays: 5 } }),
    );
    expect(misspelt).toThrow(/RetentionDays/u);
  });

  it('fails on a finding of cdk-nag that nobody has acknowledged', () => {
    expect(synthOf((stack) => new Bucket(stack, 'Bucket'))).toThrow(/AwsSolutions-S10/u);
  });

  it('passes what has neither', () => {
    const good = synthOf(
      (stack) => new CfnResource(stack, 'Logs', { type: 'AWS::Logs::LogGroup', properties: { RetentionInDays: 5 } }),
    );
    expect(good).not.toThrow();
  });
});
