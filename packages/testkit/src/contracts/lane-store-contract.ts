import { finishContract } from './finish-contract.ts';
import { laneTurnContract } from './lane-turn-contract.ts';
import type { LaneWorld } from './lane-world.ts';
import { leaseContract } from './lease-contract.ts';
import { noteHeardContract } from './note-heard-contract.ts';
import { overheardContract } from './overheard-contract.ts';

/** The promises of `LaneStore`. */
export const laneStoreContract = (create: () => Promise<LaneWorld>): void => {
  leaseContract(create);
  laneTurnContract(create);
  noteHeardContract(create);
  overheardContract(create);
  finishContract(create);
};
