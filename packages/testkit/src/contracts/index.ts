export * from './lane-store-contract.ts';
export * from './mailbox-contract.ts';
