import type { MediaStore } from '@agent-claw/core';

/** A store whose code is loaded with the first file: most turns have none, and a cold start does not pay for it. */
export const lazyMediaStore = (load: () => Promise<MediaStore>): MediaStore => {
  const state: { store?: Promise<MediaStore> } = {};
  const store = (): Promise<MediaStore> => (state.store ??= load());
  return {
    find: async (key) => (await store()).find(key),
    put: async (key, file) => (await store()).put(key, file),
    read: async (key, maxBytes) => (await store()).read(key, maxBytes),
    open: async (key) => (await store()).open(key),
  };
};
