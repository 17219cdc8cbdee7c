import type { ConversationId, ConversationStore, SavedTurn, TurnId } from '@agent-claw/core';

interface Kept {
  fence: number;
  readonly turns: Map<TurnId, SavedTurn>;
}

export const memoryConversationStore = (): ConversationStore => {
  const conversations = new Map<ConversationId, Kept>();
  const claim = (id: ConversationId, fence: number): Kept | null => {
    const kept = conversations.get(id) ?? { fence, turns: new Map<TurnId, SavedTurn>() };
    if (kept.fence > fence) return null;
    kept.fence = fence;
    conversations.set(id, kept);
    return kept;
  };
  return {
    open: async (id, _turnId, fence) => {
      const kept = claim(id, fence);
      if (kept === null) return { kind: 'stale_fence' };
      const turns = [...kept.turns.values()].sort((a, b) => (a.turnId < b.turnId ? -1 : 1));
      return { kind: 'opened', conversation: { turns: structuredClone(turns) } };
    },
    save: async (id, turn) => {
      const kept = claim(id, turn.fence);
      if (kept === null) return { kind: 'stale_fence' };
      kept.turns.set(turn.turnId, structuredClone(turn));
      return { kind: 'saved' };
    },
    isCurrent: async (id, fence) => (conversations.get(id)?.fence ?? 0) <= fence,
    find: async (id, turnId) => structuredClone(conversations.get(id)?.turns.get(turnId) ?? null),
    evict: async (id, turnIds) => {
      for (const turnId of turnIds) conversations.get(id)?.turns.delete(turnId);
    },
  };
};
