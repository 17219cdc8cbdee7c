/** A lease lasts this long after its last renewal. With the margin it is free 40 s after its holder crashed. */
export const LEASE_MS = 30_000;
/** A lease is taken over only this long after its end, so that two clocks apart by less never see it differently. */
export const LEASE_SKEW_MARGIN_MS = 10_000;
/**
 * What a lane's inbox holds at most. Above it the sender keeps the message, and everything after it, a stop included: so it
 * has room for what people say during a long turn. The expressions of a finish grow with it, up to DynamoDB's 4 KB.
 */
export const INBOX_MAX_ENTRIES = 60;
export const INBOX_MAX_BYTES = 128 * 1024;
/** Room above the bounds for stop entries: a full inbox is when somebody most wants to stop. */
export const INBOX_STOP_HEADROOM = { entries: 4, bytes: 4 * 1024 } as const;
/** Messages put aside that a lane keeps, the newest. Beside a full inbox they must fit into one item of 400 KB. */
export const PARKED_KEPT = 20;
export const PARKED_MAX_BYTES = 64 * 1024;
/** An album's parts come as messages of their own; it is complete when this long has passed since its newest part. */
export const ALBUM_QUIET_MS = 1_000;
/** Accepted entry ids that a lane remembers, newest first, for each kind of id. */
export const SEEN_KEPT = 200;

const utf8 = new TextEncoder();

/** What the entry counts against the inbox's bytes, or a card against those of the cards. */
export const entryBytes = (entry: object): number => utf8.encode(JSON.stringify(entry)).length;

const numberOf = (id: string): number => Number(id.slice(1));

/**
 * The remembered ids that may be forgotten, of each kind (`u…`, `h…`) all but the 200 nearest to what waits, and never one that
 * waits. Nearest, not highest: Telegram begins at a random number again when a bot was silent for a week.
 */
export const surplusSeen = (seen: Iterable<string>, waiting: Readonly<Record<string, unknown>>): readonly string[] => {
  const kinds = new Map<string, string[]>();
  for (const id of seen) kinds.set(id.charAt(0), [...(kinds.get(id.charAt(0)) ?? []), id]);
  return [...kinds].flatMap(([kind, ids]) => {
    const current = Object.keys(waiting).filter((id) => id.startsWith(kind));
    const newest = Math.max(...(current.length > 0 ? current : ids).map(numberOf));
    const distance = (id: string): number => Math.abs(newest - numberOf(id));
    return ids
      .sort((a, b) => distance(a) - distance(b))
      .slice(SEEN_KEPT)
      .filter((id) => !Object.hasOwn(waiting, id));
  });
};
