import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TelegramDouble } from './create-telegram-double.ts';

/** Serves a double alone on a loopback port (0 picks a free one). */
export const listen = async (
  double: TelegramDouble,
  port = 0,
): Promise<{ url: string; close: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    void double.handle(request, response).then((handled) => {
      if (!handled) response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      double.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
