import { assertPerson, type DriverDeps, DriverError } from './driver-request.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BotApiError } from '../bot-api-error.ts';
import { answerJson } from '../transport/bot-api.ts';
import { decodedPart } from '../transport/decoded-part.ts';
import { readParams } from '../transport/read-params.ts';
import type { World } from '../world/world.ts';
import { chatRoutes } from './chat-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { streamEvents } from './stream-events.ts';
import { toolRoutes } from './tool-routes.ts';

const routes = Object.entries({ ...chatRoutes, ...messageRoutes, ...toolRoutes }).map(([key, run]) => {
  const [method = '', pattern = ''] = key.split(' ');
  return { method, pattern: new RegExp(`^/_double${pattern.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`), run };
});

/** The `/_double/` API (API.md). */
export const createDoubleApi = (deps: DriverDeps) => {
  const streams = new Set<ServerResponse>();
  const handle = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    try {
      refuseOtherSites(request);
      const path = url.pathname;
      if (path === '/_double/events') return streamEvents(deps.world, streams, request, response, url);
      const file = /^\/_double\/files\/(\w+)$/.exec(path)?.[1];
      if (file !== undefined) return sendFile(deps.world, response, file, url.searchParams.has('download'));
      const route = routes.find((one) => one.method === request.method && one.pattern.test(path));
      if (route === undefined)
        throw new DriverError(404, `No ${request.method} ${path} here. See packages/telegram-double/API.md.`);
      const params = await readParams(request, url.searchParams);
      const groups = route.pattern.exec(path)?.groups ?? {};
      const names = Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodedPart(value)]));
      const asId = params.int('as') ?? deps.world.ownerId;
      assertPerson(deps.world, asId);
      answerJson(response, 200, await route.run({ deps, params, path: names, asId }));
    } catch (error) {
      if (error instanceof DriverError || error instanceof BotApiError)
        return answerJson(response, error.status, { error: error.message });
      throw error;
    }
  };
  return {
    handle,
    close: () => {
      for (const stream of streams) stream.end();
    },
  };
};

/** Another site's page in the same browser must not drive the chats. */
const refuseOtherSites = (request: IncomingMessage): void => {
  const origin = request.headers.origin;
  if (
    origin !== undefined &&
    origin !== 'null' &&
    URL.canParse(origin) &&
    new URL(origin).host === request.headers.host
  )
    return;
  if (origin !== undefined)
    throw new DriverError(403, `A page of ${origin} may not use this API. Open the chat page of this server.`);
};

const sendFile = (world: World, response: ServerResponse, uniqueId: string, asDownload: boolean): void => {
  const file = world.files.byUniqueId(uniqueId);
  if (file === undefined) throw new DriverError(404, `No file ${uniqueId}.`);
  const shown = /^(?:image\/(?:png|jpeg|gif|webp)|audio\/|video\/)/.test(file.mimeType);
  const name = encodeURIComponent(file.name || `file_${uniqueId}`);
  response.writeHead(200, {
    // Anything a browser could run comes as bytes to save, never as a page of this origin.
    'content-type': shown ? file.mimeType : 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    ...(asDownload || !shown ? { 'content-disposition': `attachment; filename*=UTF-8''${name}` } : {}),
  });
  response.end(world.files.bytes(file));
};
