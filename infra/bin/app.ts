import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import { AgentClawStack } from '../lib/agent-claw-stack.ts';
import { addNag } from '../lib/nag.ts';

// Before anything is written: the files of the image and of the function bundles keep their modes, and under a strict umask
// the container's user and Lambda could not read them.
process.umask(0o022);

// By address: infra imports no service code, it only has the container built.
const containerBuild = new URL('../../agent-container/build.ts', import.meta.url).href;
const { buildContainer } = (await import(containerBuild)) as { buildContainer: (outDir: string) => Promise<unknown> };

const containerDirectory = mkdtempSync(path.join(tmpdir(), 'agent-claw-container-'));
process.once('exit', () => rmSync(containerDirectory, { recursive: true, force: true }));
await buildContainer(containerDirectory);

const app = new App({ analyticsReporting: false });
new AgentClawStack(app, 'AgentClaw', { containerDirectory });
addNag(app);
app.synth();
