import type { World } from './world.ts';

/** One promise of the Bot API, told as calls of a client and what they must answer whatever client makes them. */
export interface Scenario {
  readonly name: string;
  /** With the limits of Telegram's rates; the others may call as fast as they like. */
  readonly limited?: true;
  run(world: World): Promise<unknown>;
  readonly expected: unknown;
}

export const refused = (code: number, description: string, parameters: Readonly<Record<string, unknown>> = {}) => ({
  code,
  description,
  parameters,
});
