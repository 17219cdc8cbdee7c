import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** The one public port. What is mounted on it arrives while the system starts; until then requests get 503. */
export interface PublicServer {
  readonly url: string;
  mount(parts: { readonly webhook?: RequestHandler; readonly everythingElse?: RequestHandler }): void;
  /** `GET /healthz` answers 200 from here on. */
  setReady(): void;
  close(): Promise<void>;
}

const answer = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }).end(body);
};

/** @throws Error that says what to do when the port is in use. */
export const startPublicServer = async (host: string, port: number): Promise<PublicServer> => {
  const mounted = {
    webhook: undefined as RequestHandler | undefined,
    everythingElse: undefined as RequestHandler | undefined,
    isReady: false,
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/healthz')
      return answer(response, mounted.isReady ? 200 : 503, mounted.isReady ? 'ok\n' : 'starting\n');
    const handler = path.startsWith('/telegram/') ? mounted.webhook : mounted.everythingElse;
    if (handler !== undefined) return handler(request, response);
    if (!mounted.isReady) return answer(response, 503, 'agent-claw is starting. Try again in a few seconds.\n');
    return answer(response, 404, 'Nothing is served here: chats happen in Telegram.\n');
  });
  // Live events and long answers stay open for as long as somebody watches.
  server.requestTimeout = 0;
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host}:${address.port}`,
    mount: (parts) => Object.assign(mounted, parts),
    setReady: () => {
      mounted.isReady = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? `Port ${port} is in use. Stop what uses it, or choose another: npm start -- --port ${port + 1}`
          : `Could not listen on ${host}:${port} (${error.code ?? error.message}). Choose another with --host and --port.`;
      reject(new StartError(reason, { cause: error }));
    });
    server.listen(port, host, resolve);
  });

/** Something the user can mend; shown as one line without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
