export * from './bot-secret-contract.ts';
export * from './conversation-store-contract.ts';
export * from './lane-store-contract.ts';
export * from './mailbox-contract.ts';
export * from './messenger-contract.ts';
export * from './open-lanes-contract.ts';
export * from './wake-queue-contract.ts';
export * from './workspace-store-contract.ts';
