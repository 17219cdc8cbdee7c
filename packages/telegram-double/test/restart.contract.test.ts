import { Api, InputFile } from 'grammy';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { owner, readEvents, token } from './double-under-test.ts';

const startChild = async (folder: string) => {
  const script = fileURLToPath(new URL('restart-child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@app/source', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const url = String(chunk).trim();
  return {
    url,
    api: new Api(token, { apiRoot: url }),
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};

const people = async (url: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return (await (await fetch(`${url}/_double${path}`, body === undefined ? {} : init)).json()) as Record<
    string,
    unknown
  >;
};

describe('a killed double', () => {
  it('has everything it had answered for: chats, files, webhook, backlog and numbers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'double-'));
    const first = await startChild(folder);
    const { document, message_id } = await first.api.sendDocument(owner, new InputFile(Buffer.from('hello'), 'a.txt'));
    await first.api.setMyCommands([{ command: 'new', description: 'Start over' }]);
    await people(first.url, `/chats/${owner}/messages/${message_id}/reaction`, { emoji: '👍' });
    await people(first.url, `/chats/${owner}/messages`, { text: 'still here?' });
    const [update] = await first.api.getUpdates();
    const { lastEventId } = (await people(first.url, '/state')) as { lastEventId: number };
    await first.api.setWebhook('http://127.0.0.1:9/', { secret_token: 'sesame', max_connections: 3 });
    await first.kill();

    const second = await startChild(folder);
    const info = await second.api.getWebhookInfo();
    await second.api.deleteWebhook();
    const { file_path } = await second.api.getFile(document.file_id);
    const events = await readEvents(`${second.url}/_double/events?after=${lastEventId}`, 2);
    const { messages } = (await people(second.url, `/chats/${owner}/messages`)) as {
      messages: Record<string, unknown>[];
    };
    expect({
      messages: messages.map(({ messageId, text, reactions }) => [messageId, text, reactions]),
      bytes: await fetch(`${second.url}/file/bot${token}/${file_path}`).then((response) => response.text()),
      webhook: [info.url, info.max_connections, info.pending_update_count],
      commands: (await second.api.getMyCommands()).map(({ command }) => command),
      backlog: (await second.api.getUpdates()).map(({ update_id }) => update_id),
      nextMessage: (await second.api.sendMessage(owner, 'yes')).message_id,
      // A page that had listened to the killed one must load anew.
      page: events.at(-1)?.['type'],
    }).toEqual({
      messages: [
        [1, '', [{ emoji: '👍', userIds: [owner] }]],
        [2, 'still here?', []],
      ],
      bytes: 'hello',
      webhook: ['http://127.0.0.1:9/', 3, 1],
      commands: ['new'],
      backlog: [update?.update_id],
      nextMessage: 3,
      page: 'reset',
    });
    await second.kill();
    rmSync(folder, { recursive: true });
  });
});
