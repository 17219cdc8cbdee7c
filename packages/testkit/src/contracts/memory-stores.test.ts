import { describe } from 'vitest';
import { aConversationId } from '../builders.ts';
import { memoryAccess } from '../fakes/memory-access.ts';
import { memoryBotSecret } from '../fakes/memory-bot-secret.ts';
import { memoryConversationStore } from '../fakes/memory-conversation-store.ts';
import { memoryMediaStore } from '../fakes/memory-media.ts';
import { memorySpeaker } from '../fakes/memory-speaker.ts';
import { memoryWakeQueue } from '../fakes/memory-wake-queue.ts';
import { memoryWorkspaceStore } from '../fakes/memory-workspace-store.ts';
import { accessStoreContract } from './access-store-contract.ts';
import { botSecretContract } from './bot-secret-contract.ts';
import { conversationStoreContract } from './conversation-store-contract.ts';
import { mediaStoreContract } from './media-store-contract.ts';
import { speakerContract } from './speaker-contract.ts';
import { wakeQueueContract } from './wake-queue-contract.ts';
import { workspaceStoreContract } from './workspace-store-contract.ts';

describe('memoryConversationStore', () =>
  conversationStoreContract(async () => ({ store: memoryConversationStore(), conversationId: aConversationId() })));

describe('memoryWorkspaceStore', () => workspaceStoreContract(async () => memoryWorkspaceStore()));

describe('memoryMediaStore', () => mediaStoreContract(async () => memoryMediaStore()));

describe('memorySpeaker', () => speakerContract(async () => memorySpeaker()));

describe('memoryAccess', () =>
  accessStoreContract(async (clock) => {
    const access = memoryAccess(clock);
    return { one: access.open(), other: access.open() };
  }));

describe('memoryBotSecret', () =>
  botSecretContract(async (clock) => {
    const source = memoryBotSecret(clock, '1:first');
    return { source, rotate: (botToken) => source.rotate(botToken) };
  }));

describe('memoryWakeQueue', () =>
  wakeQueueContract(async () => {
    const queue = memoryWakeQueue();
    return { queue, received: async () => (await queue.take()).map((ring) => ring.laneId) };
  }));
