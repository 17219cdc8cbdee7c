import { ACCOUNT_ID, REGION } from '../service.ts';

type Input = Record<string, unknown>;
type Attribute = Readonly<Record<string, unknown>>;

/** `arn:aws:dynamodb:us-east-1:000000000000:table/<name>`; a name that is an ARN already stays one. */
export const tableArn = (name: string): string =>
  name.startsWith('arn:') ? name : `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${name}`;

/** Every table a request touches. */
export const tablesOf = (input: Input): string[] => {
  if (typeof input['TableName'] === 'string') return [input['TableName']];
  const batch = input['RequestItems'];
  return typeof batch === 'object' && batch !== null ? Object.keys(batch) : [];
};

/** The partition key values a request touches, for `dynamodb:LeadingKeys`; none for a Scan. */
export const leadingKeys = (input: Input, table: string, hashKey: string): string[] => {
  const values: (Attribute | undefined)[] = [
    keyIn(input['Key'], hashKey),
    keyIn(input['Item'], hashKey),
    queriedKey(input, hashKey),
  ];
  const batch = (input['RequestItems'] as Record<string, unknown> | undefined)?.[table];
  if (Array.isArray(batch)) {
    for (const write of batch as { PutRequest?: { Item?: unknown }; DeleteRequest?: { Key?: unknown } }[]) {
      values.push(keyIn(write.PutRequest?.Item, hashKey), keyIn(write.DeleteRequest?.Key, hashKey));
    }
  } else {
    for (const key of (batch as { Keys?: unknown[] } | undefined)?.Keys ?? []) values.push(keyIn(key, hashKey));
  }
  return values.filter((value) => value !== undefined).map((value) => String(Object.values(value)[0]));
};

const keyIn = (item: unknown, hashKey: string): Attribute | undefined =>
  typeof item === 'object' && item !== null ? (item as Record<string, Attribute>)[hashKey] : undefined;

// `#pk = :pk AND ...`: of all comparisons with =, the one whose left side is the partition key.
const queriedKey = (input: Input, hashKey: string): Attribute | undefined => {
  const names = (input['ExpressionAttributeNames'] ?? {}) as Record<string, string>;
  const values = (input['ExpressionAttributeValues'] ?? {}) as Record<string, Attribute>;
  const comparisons = textOf(input['KeyConditionExpression']).matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g);
  const match = [...comparisons].find(([, name = '']) => (names[name] ?? name) === hashKey);
  return match?.[2] === undefined ? undefined : values[match[2]];
};

/** A member that should be a string, or nothing. */
export const textOf = (member: unknown): string => (typeof member === 'string' ? member : '');
