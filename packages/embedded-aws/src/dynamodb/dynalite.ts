import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AwsResponse } from '../service.ts';

/** dynalite as a function instead of a server: no second port that would go around the permissions. */
export interface Dynalite {
  call(operation: string, input: unknown): Promise<AwsResponse>;
  close(): Promise<void>;
}

interface DynaliteOptions {
  path?: string;
  createTableMs: number;
  deleteTableMs: number;
  updateTableMs: number;
}

/** @param path where LevelDB keeps the tables; in memory without it. */
export const openDynalite = (path: string | undefined): Dynalite => {
  const require = createRequire(import.meta.url);
  const create = require('dynalite') as (options: DynaliteOptions) => Server;
  const server = create({
    ...(path === undefined ? {} : { path }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  return {
    call: (operation, input) =>
      new Promise((resolve) => emitRequest(server, operation, JSON.stringify(input), resolve)),
    // dynalite closes its database only behind a server that listens, so it listens for the moment of closing.
    close: () =>
      new Promise((resolve, reject) => {
        server.listen(0, '127.0.0.1', () =>
          server.close((error) => (error === undefined || error === null ? resolve() : reject(error))),
        );
      }),
  };
};

const emitRequest = (
  server: Server,
  operation: string,
  body: string,
  resolve: (response: AwsResponse) => void,
): void => {
  const request = Object.assign(new EventEmitter(), {
    method: 'POST',
    url: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization: 'AWS4-HMAC-SHA256 Credential=front, SignedHeaders=host, Signature=front',
    },
  });
  const headers: Record<string, string> = {};
  const response = {
    statusCode: 200,
    setHeader: (name: string, value: unknown) => void (headers[name.toLowerCase()] = String(value)),
    end: (text: string) => {
      const { 'x-amzn-requestid': _ours, 'content-length': _counted, ...rest } = headers;
      resolve({ status: response.statusCode, headers: rest, body: text });
    },
  };
  server.emit('request', request, response);
  request.emit('data', Buffer.from(body));
  request.emit('end');
};
