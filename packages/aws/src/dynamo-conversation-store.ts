import type { Clock, ConversationId, ConversationStore, Log, SavedTurn, TurnId } from '@agent-claw/core';
import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBClient, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { fromItem, toItem } from './dynamo-json.ts';
import { headKey, turnPieceSortKey, TURNS_END, turnSortKey } from './table.ts';
import { piecesOf, turnOf } from './turn-body.ts';
import { translated } from './vendor-error.ts';

export interface DynamoConversationStoreOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Log, 'warn'>;
}

interface Head {
  readonly fence?: number;
  readonly linked?: ReadonlySet<string>;
}
interface TurnItem {
  readonly sk: string;
  readonly body: string;
  readonly fence?: number;
  readonly parts?: number;
  readonly expiresAtEpochS: number;
}

const fenceIsNotOlder = 'attribute_not_exists(fence) OR fence <= :fence';
/** An item may outlive its expiry by days, so readers look at it themselves. */
const KEPT_S = 180 * 86_400;

/**
 * One item per turn and one head per conversation. A turn counts from the moment the head links it: the head is the
 * commit point, and it refuses whoever has an older fence than its opener.
 */
export const dynamoConversationStore = (options: DynamoConversationStoreOptions): ConversationStore => {
  const { client, tableName, clock, log } = options;
  const nowS = (): number => Math.floor(clock.now() / 1000);

  const updateHead = async (
    id: ConversationId,
    fence: number,
    expression: string,
    values: object,
  ): Promise<Head | null> => {
    const request: UpdateItemCommandInput = {
      TableName: tableName,
      Key: headKey(id),
      UpdateExpression: expression,
      ConditionExpression: fenceIsNotOlder,
      ExpressionAttributeValues: toItem({ ':fence': fence, ':expires': nowS() + KEPT_S, ...values }),
      ReturnValues: 'ALL_NEW',
    };
    try {
      const { Attributes } = await client.send(new UpdateItemCommand(request));
      return fromItem(Attributes ?? {});
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null;
      throw translated(`Write to the head of conversation ${id}`, error);
    }
  };

  const readHead = async (id: ConversationId): Promise<Head> => {
    try {
      const request = { TableName: tableName, Key: headKey(id), ConsistentRead: true };
      return fromItem((await client.send(new GetItemCommand(request))).Item ?? {});
    } catch (error) {
      throw translated(`Read of the head of conversation ${id}`, error);
    }
  };

  /** Every stored item of the turns from `first` to `last`, pieces included. */
  const readItems = async (id: ConversationId, first: string, last: string): Promise<readonly TurnItem[]> => {
    const items: TurnItem[] = [];
    let from: Record<string, AttributeValue> | undefined;
    try {
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
            ExpressionAttributeValues: toItem({ ':pk': id, ':first': first, ':last': last }),
            ConsistentRead: true,
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        );
        items.push(...(page.Items ?? []).map((item) => fromItem(item) as unknown as TurnItem));
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
    } catch (error) {
      throw translated(`Read of conversation ${id}`, error);
    }
    return items.filter((item) => item.expiresAtEpochS > nowS());
  };

  const putItem = async (id: ConversationId, sk: string, fence: number, item: object): Promise<boolean> => {
    try {
      await client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: toItem({ pk: id, sk, fence, expiresAtEpochS: nowS() + KEPT_S, ...item }),
          ConditionExpression: fenceIsNotOlder,
          ExpressionAttributeValues: toItem({ ':fence': fence }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw translated(`Save of ${sk} in conversation ${id}`, error);
    }
  };

  /** The turn among these items. Null when it or one of its pieces has expired, or when it cannot be read. */
  const turnIn = (id: ConversationId, items: readonly TurnItem[], turnId: TurnId | string): SavedTurn | null => {
    const pieces = piecesIn(items, turnId);
    if (pieces === null) return null;
    const turn = turnOf(pieces);
    if (turn === null) log.warn('stored_turn_unreadable', { conversationId: id, turnId });
    return turn;
  };

  return {
    open: async (id, turnId, fence) => {
      const set = 'SET fence = :fence, turn = :turn, expiresAtEpochS = :expires';
      const head = await updateHead(id, fence, set, { ':turn': turnId });
      if (head === null) return { kind: 'stale_fence' };
      const linked = [...(head.linked ?? [])].sort();
      const [oldest] = linked;
      if (oldest === undefined) return { kind: 'opened', conversation: { turns: [] } };
      const items = await readItems(id, turnSortKey(oldest), TURNS_END);
      const turns = linked.flatMap((each) => turnIn(id, items, each) ?? []);
      return { kind: 'opened', conversation: { turns } };
    },
    save: async (id, turn) => {
      const { turnId, fence } = turn;
      const [body, ...more] = piecesOf(turn);
      // Further pieces carry the fence in their key, so that a zombie's piece never mixes with the owner's.
      for (const [index, piece] of more.entries())
        await putItem(id, turnPieceSortKey(turnId, fence, index + 1), fence, { body: piece });
      if (!(await putItem(id, turnSortKey(turnId), fence, { body, parts: more.length })))
        return { kind: 'stale_fence' };
      const link = 'SET fence = :fence, expiresAtEpochS = :expires ADD linked :turn';
      const head = await updateHead(id, fence, link, { ':turn': new Set([turnId]) });
      return head === null ? { kind: 'stale_fence' } : { kind: 'saved' };
    },
    isCurrent: async (id, fence) => ((await readHead(id)).fence ?? 0) <= fence,
    find: async (id, turnId) => {
      const key = turnSortKey(turnId);
      const [head, items] = await Promise.all([readHead(id), readItems(id, key, `${key}#~`)]);
      return head.linked?.has(turnId) === true ? turnIn(id, items, turnId) : null;
    },
    evict: async (id, turnIds) => {
      const head = await readHead(id);
      const old = turnIds.filter((turnId) => head.linked?.has(turnId) === true);
      if (old.length === 0 || head.fence === undefined) return;
      // Unlinked turns are forgotten at once; their items go when they expire. A newer opener does its own evicting.
      await updateHead(id, head.fence, 'SET expiresAtEpochS = :expires DELETE linked :old', { ':old': new Set(old) });
    },
  };
};

/** Null unless all of them are there. */
const piecesIn = (items: readonly TurnItem[], turnId: TurnId | string): readonly string[] | null => {
  const main = items.find((item) => item.sk === turnSortKey(turnId));
  if (main?.fence === undefined) return null;
  const { fence, parts = 0 } = main;
  const keys = Array.from({ length: parts }, (_, index) => turnPieceSortKey(turnId, fence, index + 1));
  const pieces = keys.flatMap((key) => items.find((item) => item.sk === key)?.body ?? []);
  return pieces.length === parts ? [main.body, ...pieces] : null;
};
