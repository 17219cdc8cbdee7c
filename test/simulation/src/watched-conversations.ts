import type { ConversationStore, SavedTurn } from '@agent-claw/core';

interface Known {
  /** What a model was given to read for the turn. */
  readonly ids: Set<string>;
  isSaved: boolean;
}

/** What was given to models, by turn. */
export interface ModelInputs {
  of(conversationId: string, turnId: string): Known;
}

export const modelInputs = (): ModelInputs => {
  const turns = new Map<string, Known>();
  return {
    of: (conversationId, turnId) => {
      const key = `${conversationId}/${turnId}`;
      const known = turns.get(key) ?? { ids: new Set(), isSaved: false };
      turns.set(key, known);
      return known;
    },
  };
};

/** Tells of a turn that was saved without its messages having been read, or under a lower fence than one before. */
export const watchedConversations = (
  inner: ConversationStore,
  inputs: ModelInputs,
  tell: (problem: string) => void,
  kept: (turn: SavedTurn) => void,
): ConversationStore => {
  const fences = new Map<string, number>();
  const raise = (id: string, fence: number): void => void fences.set(id, Math.max(fence, fences.get(id) ?? 0));
  return {
    ...inner,
    open: async (id, turnId, fence) => {
      const opened = await inner.open(id, turnId, fence);
      if (opened.kind === 'opened') raise(id, fence);
      return opened;
    },
    save: async (id, turn) => {
      const saved = await inner.save(id, turn);
      if (saved.kind !== 'saved') return saved;
      const known = inputs.of(id, turn.turnId);
      const unread = turn.consumed.filter((entry) => !known.ids.has(entry));
      if (unread.length > 0) tell(`${turn.turnId} counts ${unread.join(' ')} as read, and no model was given that`);
      if (turn.fence < (fences.get(id) ?? 0)) tell(`${turn.turnId} was saved under a lower fence than one before it`);
      raise(id, turn.fence);
      known.isSaved = true;
      kept(turn);
      return saved;
    },
  };
};
