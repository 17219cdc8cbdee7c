import type { ServerResponse } from 'node:http';
import { BotApiError } from '../bot-api-error.ts';
import type { Faults } from '../faults.ts';
import type { BotIdentity, World } from '../world/world.ts';
import { decodedPart } from './decoded-part.ts';
import { sufferFault } from './suffer-fault.ts';

export interface DownloadDeps {
  readonly world: World;
  readonly faults: Faults;
  readonly botOf: (token: string) => BotIdentity | undefined;
}

/** Answers `/file/bot<token>/<file_path>` while the link that getFile gave is young enough. @throws BotApiError 401 or 404. */
export const download = async (deps: DownloadDeps, response: ServerResponse, path: string): Promise<void> => {
  const { world, faults, botOf } = deps;
  const [, token = '', filePath = ''] = /^\/file\/bot([^/]+)\/(?:test\/)?(.+)$/.exec(path) ?? [];
  if (botOf(decodedPart(token)) === undefined) throw new BotApiError(401, 'Unauthorized');
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const fault = faults.take('download', '');
  if (fault !== null && (await sufferFault(fault, world.clock, gone.signal, response))) return;
  const file = world.files.byLink(decodedPart(filePath), world.clock.now());
  if (file === undefined) throw new BotApiError(404, 'Not Found');
  const bytes = world.files.bytes(file);
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length });
  if (fault?.kind !== 'truncate') response.end(bytes);
  else response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
};
