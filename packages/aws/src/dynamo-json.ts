import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** A value as an item keeps it. Sets of strings are the only sets we use. */
export type Storable =
  | string
  | number
  | boolean
  | null
  | undefined
  | ReadonlySet<string>
  | readonly Storable[]
  | { readonly [key: string]: Storable };

/** Writes a value in DynamoDB's JSON. Absent members are left out. The vendor's document client would double a small bundle's own code. */
export const toAttribute = (value: unknown): AttributeValue => {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Set) return { SS: [...(value as Set<string>)] };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  if (typeof value === 'object') return { M: toItem(value) };
  throw new TypeError(`A ${typeof value} cannot be stored. Leave it out or write it as text.`);
};

export const toItem = (value: object): Record<string, AttributeValue> =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, toAttribute(member)]),
  );

/** Reads a value back. @throws Error for a type that we never write. */
export const fromAttribute = (attribute: AttributeValue): unknown => {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  if (attribute.SS !== undefined) return new Set(attribute.SS);
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.M !== undefined) return fromItem(attribute.M);
  throw new Error(`Unknown DynamoDB type ${Object.keys(attribute).join(', ')} in a stored item.`);
};

export const fromItem = (item: Record<string, AttributeValue>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(item).map(([key, attribute]) => [key, fromAttribute(attribute)]));
