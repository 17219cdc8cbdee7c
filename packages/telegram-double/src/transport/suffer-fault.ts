import type { ServerResponse } from 'node:http';
import { BotApiError, tooManyRequests } from '../bot-api-error.ts';
import type { Clock } from '../clock.ts';
import type { Fault } from '../double-api.ts';

/**
 * Does what a fault does before a call runs.
 * @returns true when the fault has ended the call, false when the call goes on.
 * @throws BotApiError for faults that are answers.
 */
export const sufferFault = async (
  fault: Fault,
  clock: Clock,
  signal: AbortSignal,
  response: ServerResponse,
): Promise<boolean> => {
  switch (fault.kind) {
    case 'flood':
      throw tooManyRequests(fault.retryAfterS ?? 3);
    case 'error':
      throw new BotApiError(fault.status ?? 500, fault.description ?? 'Internal Server Error');
    case 'html':
      response.writeHead(fault.status ?? 502, { 'content-type': 'text/html' });
      response.end('<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>');
      return true;
    case 'hang':
      await gone(signal);
      return true;
    case 'reset_before':
      response.destroy();
      return true;
    case 'slow':
      await clock.sleep(fault.delayMs ?? 1000, signal);
      return false;
    case 'reset_after':
    case 'truncate':
      return false;
  }
};

const gone = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
