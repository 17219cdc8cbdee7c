import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Message = { readonly role: string; readonly content?: unknown };

const chunk = (response: ServerResponse, delta: object, finish_reason: string | null = null): void => {
  const choices = [{ index: 0, delta, finish_reason }];
  const body = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices };
  response.write(`data: ${JSON.stringify(body)}\n\n`);
};
const finish = (response: ServerResponse, reason: string): void => {
  chunk(response, {}, reason);
  response.end('data: [DONE]\n\n');
};
const listFiles = { index: 0, id: 'call_1', type: 'function', function: { name: 'list_files', arguments: '{}' } };

/**
 * An OpenAI-compatible model that obeys the last message: `quick` is answered, `failing` is refused for good, and `held`
 * says a word, waits for `release`, and takes one more step, which calls a tool.
 */
export const startHeldModel = async () => {
  const state = { runs: 0, released: Promise.withResolvers<void>() };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { messages } = JSON.parse(Buffer.concat(parts).toString()) as { messages: readonly Message[] };
      void answer(messages, response);
    });
  });
  const answer = async (messages: readonly Message[], response: ServerResponse): Promise<void> => {
    const isSecondStep = messages.slice(-2).some(({ role }) => role === 'tool');
    const said = JSON.stringify(messages.findLast(({ role }) => role === 'user')?.content);
    if (!isSecondStep) state.runs += 1;
    if (!isSecondStep && said.includes('failing')) return void response.writeHead(401).end('{}');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (!isSecondStep && said.includes('held')) {
      chunk(response, { role: 'assistant', content: 'One moment. ' });
      await state.released.promise;
      chunk(response, { tool_calls: [listFiles] });
      return finish(response, 'tool_calls');
    }
    chunk(response, { role: 'assistant', content: 'Here ' });
    chunk(response, { content: 'it is.' });
    finish(response, 'stop');
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    /** Lets everything go on that has been held since the last `hold`. */
    release: () => state.released.resolve(),
    /** Ends what is still held, and holds what comes from here on. */
    hold: () => {
      state.released.resolve();
      state.released = Promise.withResolvers();
    },
    runs: () => state.runs,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
