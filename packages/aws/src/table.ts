/**
 * Every key shape of both tables. Keys and attributes never appear outside this package.
 *
 * Table `state` (pk S, sk S, TTL `expiresAtEpochS`; sparse index `open`: openShard S, openSince N):
 *
 *   pk                   sk    item
 *   lane#tg:7000:4242001 lane  the mailbox of one lane:
 *     { inbox: { u812: {id, kind, text, …}, u813: {…} },   map by entry id
 *       inboxBytes: 412,                                   what the entries count against the bound
 *       seen: {u811, u812, u813},                          set of accepted ids, newest 200 of a kind
 *       turn: { id: t0000000007, taken: [u812], ledger: { p0: {state: sent, messageId: 55} }, … },
 *       leaseHolder: 'wake/invocation', leaseUntilMs: 1790000030000, unreleased: 1,
 *       fence: 12, crashes: 0, turnCount: 7, conversationCount: 1,
 *       runtimeSession: { id, startedAtMs }, releasedFence: 11, notBeforeMs: 1790000060000,
 *       outage: { sinceMs: 1790000000000, retryAtMs: 1790000030000 },   the agent cannot be reached
 *       lastMessageId: 55,                                 newest message of ours here, or 'unknown'
 *       parked: { u790: {…} },                             put aside after too many attempts, newest 20
 *       context: { u801: {id, sender, text, …} },          overheard in a group, by update, until a turn takes it
 *       settings: { model: 'fast' },                       what was chosen for this lane
 *       laneUsage: { last: {…}, days: { '2026-11-21': { turns, inputTokens, outputTokens } } },
 *       menus: { 57: { name, nonce, userId, expiresAtMs, actions: […] } },   by message: each can be used once
 *       openShard: 'open', openSince: 1790000000000 }      present while there is work: sparse index of the sweep
 *
 *   access               access  who may talk to the bot, one item for the deployment:
 *     { version: 3,                                      one more with each change
 *       accessRecord: { owner: {id, name, claimedAtMs}, claim: {digest, createdAtMs}, guests: { 4242002: {name, sinceMs} },
 *         groups: { -1001: {title, sinceMs, activation, formerId} }, pairing: {code, openUntilMs, pending: {}, denied: []} } }
 *
 * Table `conversations` (pk S, sk S, TTL `expiresAtEpochS`):
 *
 *   pk                 sk                        item
 *   tg:7000:4242001#1  head                      { fence: 12, turn: t…7, linked: {t…5, t…6} }   a turn counts once it is linked
 *   tg:7000:4242001#1  turn#t0000000006          { fence, parts: 2, body: '…' }    body: first piece of the turn's JSON
 *   tg:7000:4242001#1  turn#t0000000006#12#0001  { body: '…' }                     further pieces, named by fence
 */
const LANE = 'lane#';
export const laneKey = (laneId: string) => ({ pk: { S: `${LANE}${laneId}` }, sk: { S: 'lane' } });
/** The lane id in a partition key that `laneKey` made. */
export const laneIdIn = (pk: string): string => pk.slice(LANE.length);

export const ACCESS_KEY = { pk: { S: 'access' }, sk: { S: 'access' } };

export const headKey = (conversationId: string) => ({ pk: { S: conversationId }, sk: { S: 'head' } });
export const turnSortKey = (turnId: string): string => `turn#${turnId}`;
export const turnPieceSortKey = (turnId: string, fence: number, piece: number): string =>
  `turn#${turnId}#${fence}#${String(piece).padStart(4, '0')}`;
/** Sorts behind every turn. */
export const TURNS_END = 'turn#~';

/** The sparse index of `state`, and the one partition in it. It holds keys only, so that the renewals of a lease do not write to it. */
export const OPEN_INDEX = 'open';
export const OPEN_SHARD = 'open';
