import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folders: string[] = [];
const processes: ChildProcess[] = [];
/** A folder that `cleanUp` removes. */
export const freshFolder = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'container-'));
  folders.push(folder);
  return folder;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Starts what the image starts: the words of the Dockerfile's CMD, in the folder that is copied into it. */
export const startContainer = async (folder: string, environment: Readonly<Record<string, string>>) => {
  const dockerfile = await readFile(path.join(folder, 'Dockerfile'), 'utf8');
  const [, command = '[]'] = /^CMD (.*)$/mu.exec(dockerfile) ?? [];
  const [program = '', ...args] = JSON.parse(command) as string[];
  const port = await freePort();
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: folder,
    env: {
      CONVERSATIONS_TABLE: 'conversations',
      WORKSPACE_BUCKET: 'workspace',
      MODEL: 'demo',
      TIME_ZONE: 'Europe/Berlin',
      PORT: String(port),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      ...environment,
    },
  });
  processes.push(child);
  const lines: string[] = [];
  child.stdout
    .setEncoding('utf8')
    .on('data', (text: string) => lines.push(...text.split('\n').filter((line) => line !== '')));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const listening = new Promise<void>((resolve) => {
    child.stdout.on('data', () => {
      if (lines.some((line) => line.includes('container_listening'))) resolve();
    });
  });
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    lines,
    errors: () => errors,
    exited,
    ready: Promise.race([listening, exited]),
  };
};

/** Ends what is left of the started containers and removes the folders. */
export const cleanUp = async (): Promise<void> => {
  for (const child of processes) child.kill('SIGKILL');
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
};
