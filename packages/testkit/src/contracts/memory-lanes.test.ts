import { describe } from 'vitest';
import { aLaneId } from '../builders.ts';
import { memoryLanes } from '../fakes/memory-lanes.ts';
import { laneStoreContract } from './lane-store-contract.ts';
import { mailboxContract } from './mailbox-contract.ts';
import { openLanesContract } from './open-lanes-contract.ts';

const create = async () => {
  const { mailbox, lanes } = memoryLanes();
  return { mailbox, lanes, laneId: aLaneId() };
};

describe('memoryLanes as a lane store', () => laneStoreContract(create));
describe('memoryLanes as a mailbox', () => mailboxContract(create));
describe('memoryLanes as the open lanes', () => openLanesContract(async () => memoryLanes()));
