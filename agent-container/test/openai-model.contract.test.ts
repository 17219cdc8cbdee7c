import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { turnIdOf } from '@agent-claw/core';
import { aLaneId } from '@agent-claw/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { modelFor } from '../src/models/model-for.ts';
import { aWorld, hastyClock, messageSaying } from './world.ts';
import type { World } from './world.ts';

interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content?: unknown; readonly tool_call_id?: string }[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that speaks the streaming chat API as Ollama does; `answer` gives the deltas of the n-th call, or a status. */
const chatServer = async (answer: (n: number) => readonly object[] | number) => {
  const requests: ChatRequest[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      requests.push(JSON.parse(body) as ChatRequest);
      const deltas = answer(requests.length - 1);
      if (typeof deltas === 'number')
        return response
          .writeHead(deltas, { 'content-type': 'application/json' })
          .end('{"error":{"message":"secret detail"}}');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const chunk = (choice: object) =>
        response.write(
          `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, ...choice }] })}\n\n`,
        );
      for (const delta of deltas) chunk({ delta, finish_reason: null });
      chunk({ delta: {}, finish_reason: deltas.some((delta) => 'tool_calls' in delta) ? 'tool_calls' : 'stop' });
      response.end('data: [DONE]\n\n');
    });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
};

describe('an OpenAI-compatible server as the model', () => {
  it('streams, calls tools and reads what was said meanwhile', async () => {
    const world: { it?: World } = {};
    const server = await chatServer((n) => {
      if (n > 0) return [{ role: 'assistant', content: 'Du hast ' }, { content: 'eine Notiz.' }];
      world.it?.table.steer({
        laneId: aLaneId(),
        turnId: turnIdOf(1),
        fence: 1,
        messages: [messageSaying('auf Deutsch', 9)],
      });
      return [
        {
          role: 'assistant',
          tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'list_files', arguments: '{}' } }],
        },
      ];
    });
    const clock = hastyClock();
    world.it = aWorld({
      model: await modelFor(`openai:qwen3:8b@${server.url}`, {}, clock),
      clock,
      files: { 'notes.md': 'x' },
    });
    expect((await world.it.say('what files are there?')).at(-1)).toMatchObject({
      type: 'done',
      reply: 'Du hast eine Notiz.',
      consumed: ['u1', 'u9'],
    });
    expect(server.requests[0]?.model).toBe('qwen3:8b');
    expect(server.requests[0]?.tools?.map((tool) => tool.function.name)).toEqual([
      'read_file',
      'write_file',
      'append_file',
      'edit_file',
      'delete_file',
      'list_files',
      'save_file',
      'send_files',
      'send_voice',
    ]);
    expect(server.requests[1]?.messages.map((message) => message.role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'user',
    ]);
    expect(JSON.stringify(server.requests[1]?.messages.at(-1)?.content)).toContain('auf Deutsch');
  });

  it.each([
    [401, 'model_denied', false, 1],
    [404, 'model_misconfigured', false, 1],
    [429, 'model_throttled', true, 4],
    [503, 'model_unreachable', true, 4],
  ])('turns status %s into %s, without the server’s words', async (status, code, retryable, calls) => {
    const server = await chatServer(() => status);
    const clock = hastyClock();
    const world = aWorld({ model: await modelFor(`openai:m@${server.url}`, {}, clock), clock });
    const last = (await world.say('hi')).at(-1);
    expect(last).toMatchObject({ type: 'failed', code, retryable });
    expect([JSON.stringify(last).includes('secret'), server.requests.length]).toEqual([false, calls]);
  });
});
