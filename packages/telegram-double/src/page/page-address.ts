import type { Place } from './page-state.ts';

/** The place an address fragment names (`#4242001`, `#-100200/7`), or null for the list of chats. */
export const placeOfHash = (hash: string): Place | null => {
  const match = /^#((?:\d+:)?-?\d+)(?:\/(\d+))?$/u.exec(decodeURIComponent(hash));
  if (match?.[1] === undefined) return null;
  return match[2] === undefined ? { chatId: match[1] } : { chatId: match[1], threadId: Number(match[2]) };
};

/** The person named by `?as=`, or null for the owner. */
export const personOf = (search: string): number | null => {
  const as = new URLSearchParams(search).get('as') ?? '';
  return /^\d{1,15}$/u.test(as) ? Number(as) : null;
};
