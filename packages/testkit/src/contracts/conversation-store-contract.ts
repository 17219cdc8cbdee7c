import { turnIdOf } from '@agent-claw/core';
import type { ConversationId, ConversationStore } from '@agent-claw/core';
import { expect, it } from 'vitest';
import { aSavedTurn } from '../builders.ts';

/** A store and a conversation that nobody else uses. */
export interface ConversationWorld {
  readonly store: ConversationStore;
  readonly conversationId: ConversationId;
}

/** The promises of `ConversationStore`. */
export const conversationStoreContract = (create: () => Promise<ConversationWorld>): void => {
  it('opens a new conversation empty, and finds nothing in it', async () => {
    const { store, conversationId } = await create();
    expect(await store.find(conversationId, turnIdOf(1))).toBeNull();
    expect(await store.open(conversationId, turnIdOf(1), 1)).toEqual({ kind: 'opened', conversation: { turns: [] } });
  });

  it('gives saved turns back whole and in order', async () => {
    const { store, conversationId } = await create();
    await store.open(conversationId, turnIdOf(1), 1);
    for (const count of [2, 1, 10])
      expect(await store.save(conversationId, aSavedTurn(count))).toEqual({ kind: 'saved' });
    expect(await store.find(conversationId, turnIdOf(2))).toEqual(aSavedTurn(2));
    expect(await store.open(conversationId, turnIdOf(11), 2)).toEqual({
      kind: 'opened',
      conversation: { turns: [aSavedTurn(1), aSavedTurn(2), aSavedTurn(10)] },
    });
  });

  it('keeps one copy of a turn that is saved again', async () => {
    const { store, conversationId } = await create();
    await store.open(conversationId, turnIdOf(1), 1);
    await store.save(conversationId, aSavedTurn(1));
    await store.save(conversationId, aSavedTurn(1, { fence: 2 }));
    const opened = await store.open(conversationId, turnIdOf(2), 2);
    expect(opened).toEqual({ kind: 'opened', conversation: { turns: [aSavedTurn(1, { fence: 2 })] } });
  });

  it('refuses a lower fence, and keeps nothing of what it tried to save', async () => {
    const { store, conversationId } = await create();
    await store.open(conversationId, turnIdOf(1), 5);
    expect(await store.open(conversationId, turnIdOf(1), 4)).toEqual({ kind: 'stale_fence' });
    expect(await store.save(conversationId, aSavedTurn(1, { fence: 4 }))).toEqual({ kind: 'stale_fence' });
    expect(await store.find(conversationId, turnIdOf(1))).toBeNull();
    const owners = aSavedTurn(1, { fence: 5, reply: 'from the owner' });
    expect(await store.save(conversationId, owners)).toEqual({ kind: 'saved' });
    expect(await store.save(conversationId, aSavedTurn(1, { fence: 4 }))).toEqual({ kind: 'stale_fence' });
    expect(await store.find(conversationId, turnIdOf(1))).toEqual(owners);
  });

  it('tells a run whether it still counts: not once a higher fence has opened the conversation', async () => {
    const { store, conversationId } = await create();
    expect(await store.isCurrent(conversationId, 1)).toBe(true);
    await store.open(conversationId, turnIdOf(1), 5);
    await store.save(conversationId, aSavedTurn(1, { fence: 6 }));
    expect(await Promise.all([4, 5, 6, 7].map((fence) => store.isCurrent(conversationId, fence)))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    await store.open(conversationId, turnIdOf(2), 4);
    expect(await store.isCurrent(conversationId, 5)).toBe(false);
  });

  it('keeps a turn of a megabyte, whatever alphabet it is in', async () => {
    const { store, conversationId } = await create();
    await store.open(conversationId, turnIdOf(1), 1);
    const turn = aSavedTurn(1, { messages: [{ text: 'тест 👋 '.repeat(40_000) }, { text: 'x'.repeat(300_000) }] });
    expect(await store.save(conversationId, turn)).toEqual({ kind: 'saved' });
    expect(await store.find(conversationId, turnIdOf(1))).toEqual(turn);
    await store.save(conversationId, aSavedTurn(2));
    expect(await store.open(conversationId, turnIdOf(3), 1)).toEqual({
      kind: 'opened',
      conversation: { turns: [turn, aSavedTurn(2)] },
    });
  });

  it('forgets the turns named, and takes new ones', async () => {
    const { store, conversationId } = await create();
    await store.open(conversationId, turnIdOf(1), 1);
    for (const count of [1, 2, 3]) await store.save(conversationId, aSavedTurn(count));
    await store.evict(conversationId, [turnIdOf(2)]);
    await store.evict(conversationId, [turnIdOf(2), turnIdOf(99)]);
    await store.save(conversationId, aSavedTurn(4));
    expect(await store.find(conversationId, turnIdOf(2))).toBeNull();
    expect(await store.open(conversationId, turnIdOf(5), 1)).toEqual({
      kind: 'opened',
      conversation: { turns: [aSavedTurn(1), aSavedTurn(3), aSavedTurn(4)] },
    });
  });
};
