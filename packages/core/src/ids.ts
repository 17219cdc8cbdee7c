/** A string that only its constructor function may make: a chat id cannot pass for a lane id. */
export type Brand<T, B extends string> = T & { readonly __brand: B };

/** `<channel>:<account>:<place>[:<thread>]`, for example `tg:7000:4242001` or `tg:7000:-100123:17`. All order is per lane. */
export type LaneId = Brand<string, 'LaneId'>;
/** Names one run of the agent within its lane: `t` + the lane's turn count, ten digits, so that ids sort by age. */
export type TurnId = Brand<string, 'TurnId'>;
/** Names the history of a lane since the last /new: `<laneId>#<count>`. */
export type ConversationId = Brand<string, 'ConversationId'>;
/** AgentCore's name for one microVM; 33 to 256 characters. */
export type RuntimeSessionId = Brand<string, 'RuntimeSessionId'>;
/**
 * Names an inbox entry: `u<update id>` for what a person sent, `h<minute>` for a heartbeat, `w<ms>` for the welcome of a guest,
 * `m<former id>` for the move of a group, `n<update id>` for the message behind a /new.
 * A second delivery has the same id.
 */
export type EntryId = Brand<string, 'EntryId'>;

/** Where a lane's conversation happens, in its channel's own numbers. */
export interface LaneAddress {
  readonly channel: string;
  readonly account: string;
  readonly place: string;
  readonly thread?: string;
}

export const laneIdOf = (address: LaneAddress): LaneId =>
  [address.channel, address.account, address.place, ...(address.thread === undefined ? [] : [address.thread])].join(
    ':',
  ) as LaneId;

/** @throws Error when the text is not a lane id: a lane id comes from `laneIdOf` or from our own queue, never from a user. */
export const laneAddressOf = (laneId: string): LaneAddress => {
  const [channel, account, place, thread, ...rest] = laneId.split(':');
  if (!channel || !account || !place || rest.length > 0)
    throw new Error(`Not a lane id: "${laneId}". Expected channel:account:place[:thread].`);
  return { channel, account, place, ...(thread === undefined ? {} : { thread }) };
};

export const turnIdOf = (turnCount: number): TurnId => `t${String(turnCount).padStart(10, '0')}` as TurnId;

export const conversationIdOf = (laneId: LaneId, count: number): ConversationId =>
  `${laneId}#${count}` as ConversationId;

export const updateEntryId = (updateId: number): EntryId => `u${updateId}` as EntryId;

/** The moment in which somebody became a guest names their welcome. */
export const welcomeEntryId = (sinceMs: number): EntryId => `w${sinceMs}` as EntryId;

/** A group moves once, and either of two messages may tell: both make the same entry. */
export const moveEntryId = (formerPlace: string): EntryId => `m${formerPlace.replace('-', '')}` as EntryId;

/** A /new and what is said behind it are two entries. */
export const behindEntryId = (updateId: number): EntryId => `n${updateId}` as EntryId;

/** The scheduled minute is the identity of a heartbeat: a schedule that fires twice makes one entry. */
export const heartbeatEntryId = (scheduledAtMs: number): EntryId => `h${Math.floor(scheduledAtMs / 60_000)}` as EntryId;
