import type { ServerResponse } from 'node:http';
import type { Clock, TurnEvent } from '@agent-claw/core';

const COMMENT_EVERY_MS = 15_000;

/** Keeps an idle stream open: whoever waits gives up on a stream that is silent for long, and tools can be silent. */
const comment = async (response: ServerResponse, clock: Clock, signal: AbortSignal): Promise<void> => {
  for (;;) {
    await clock.sleep(COMMENT_EVERY_MS, signal);
    if (signal.aborted) return;
    response.write(': still working\n\n');
  }
};

/**
 * Writes the events as server-sent events until the last one, or until the reader is gone. A stream that ends without
 * `done`, `failed` or `refused` tells the reader nothing about the turn: it asks again.
 */
export const sendEvents = async (
  response: ServerResponse,
  open: (signal: AbortSignal) => AsyncIterable<TurnEvent>,
  clock: Clock,
): Promise<void> => {
  const over = new AbortController();
  response.once('close', () => over.abort());
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    connection: 'keep-alive',
  });
  response.flushHeaders();
  const commenting = comment(response, clock, over.signal);
  try {
    for await (const event of open(over.signal)) response.write(`data: ${JSON.stringify(event)}\n\n`);
  } finally {
    over.abort();
    await commenting;
    response.end();
  }
};
