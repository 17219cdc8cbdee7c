import type { QueuedUpdate } from '../delivery/update-queue.ts';
import type { WebhookSender } from '../delivery/webhook-sender.ts';
import type { RecordedRequest } from '../double-api.ts';
import type { Faults } from '../faults.ts';
import type { Params } from '../transport/params.ts';
import type { Mailboxes } from '../world/updates.ts';
import type { World } from '../world/world.ts';

export interface DriverDeps {
  readonly world: World;
  readonly mailboxes: Mailboxes;
  readonly senders: ReadonlyMap<number, WebhookSender>;
  readonly faults: Faults;
  readonly requests: RecordedRequest[];
  readonly delivered: readonly QueuedUpdate[];
}

export interface DriverRequest {
  readonly deps: DriverDeps;
  readonly params: Params;
  /** What the path's placeholders stood for. */
  readonly path: Readonly<Record<string, string>>;
  /** Who acts; the owner unless the request says otherwise. */
  readonly asId: number;
}

export type Routes = Readonly<Record<string, (request: DriverRequest) => unknown>>;

/** A refusal with its HTTP status. */
export class DriverError extends Error {
  override readonly name = 'DriverError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws DriverError 404 when nobody has this id. */
export const assertPerson = (world: World, id: number): void => {
  if (world.users.get(String(id)) === undefined)
    throw new DriverError(404, `Nobody has the id ${id}. Create a person with POST /_double/people.`);
};
