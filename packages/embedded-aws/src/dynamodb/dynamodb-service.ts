import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedClock } from '../clock.ts';
import {
  ACCOUNT_ID,
  AwsError,
  jsonBody,
  jsonResponse,
  notImplemented,
  REGION,
  targetOperation,
  type AwsResponse,
  type AwsService,
  type IamCheck,
} from '../service.ts';
import { openSqlite } from '../storage/open-sqlite.ts';
import { openDynalite, type Dynalite } from './dynalite.ts';
import { leadingKeys, tableArn, tablesOf, textOf } from './permissions.ts';

type Input = Record<string, unknown>;

/** DynamoDB behind the shared port, and the same for the loader, which needs no signature. */
export interface DynamoDbService extends AwsService {
  close(): Promise<void>;
  /** Runs an operation without permissions. @throws AwsError */
  call(operation: string, input: Input): Promise<Record<string, unknown>>;
}

/**
 * dynalite with what it lacks in front of it: TTL, backup and tag settings are kept and read back (nothing expires),
 * and what dynalite gets silently wrong is refused by name.
 */
export const createDynamoDbService = (options: { dataDir?: string; clock: EmbeddedClock }): DynamoDbService => {
  const path = options.dataDir === undefined ? undefined : join(options.dataDir, 'dynamodb');
  if (path !== undefined) mkdirSync(path, { recursive: true });
  const dynalite = openDynalite(path);
  const settings = openSettings(options.dataDir);
  const keyNames = new Map<string, string>();
  const hashKeyOf = async (table: string): Promise<string | undefined> => {
    const known = keyNames.get(table);
    if (known !== undefined) return known;
    const { Table } = parse(await dynalite.call('DescribeTable', { TableName: table })) as {
      Table?: { KeySchema: KeySchema };
    };
    const name = Table?.KeySchema.find((key) => key.KeyType === 'HASH')?.AttributeName;
    if (name !== undefined) keyNames.set(table, name);
    return name;
  };
  const run = async (operation: string, input: Input): Promise<AwsResponse> => {
    if (operation === 'CreateTable' || operation === 'DeleteTable') keyNames.delete(String(input['TableName']));
    const own = OWN_OPERATIONS[operation];
    if (own !== undefined) return jsonResponse('json-1.0', await own(input, settings, dynalite));
    if (!PASSED_ON.has(operation)) throw notImplemented('dynamodb', operation);
    refuseWrongAnswers(input);
    return dynalite.call(operation, operation === 'CreateTable' ? understood(input) : input);
  };
  return {
    name: 'dynamodb',
    protocol: 'json-1.0',
    async describe(request) {
      const operation = targetOperation(request);
      return permissionsFor(operation, await jsonBody(request), hashKeyOf);
    },
    async detail(request) {
      const expression = (await jsonBody(request))['UpdateExpression'];
      return typeof expression === 'string' ? expression.trim() : undefined;
    },
    handle: async (request) => run(targetOperation(request), await jsonBody(request)),
    async call(operation, input) {
      const response = await run(operation, input);
      const body = parse(response);
      if (response.status < 400) return body;
      throw new AwsError(
        String(body['__type']).split('#').at(-1) ?? 'InternalFailure',
        response.status,
        String(body['message']),
      );
    },
    async close() {
      settings.close();
      await dynalite.close();
    },
  };
};

type KeySchema = readonly { AttributeName: string; KeyType: string }[];

const PASSED_ON = new Set(
  (
    'BatchGetItem BatchWriteItem CreateTable DeleteItem DeleteTable DescribeTable GetItem ListTables PutItem Query Scan ' +
    'UpdateItem UpdateTable'
  ).split(' '),
);

const parse = (response: AwsResponse): Record<string, unknown> =>
  JSON.parse(response.body as string) as Record<string, unknown>;

const permissionsFor = async (
  operation: string,
  input: Input,
  hashKeyOf: (table: string) => Promise<string | undefined>,
): Promise<IamCheck[]> => {
  const action = `dynamodb:${operation}`;
  const tables = tablesOf(input);
  if (tables.length === 0)
    return [{ action, resource: typeof input['ResourceArn'] === 'string' ? input['ResourceArn'] : '*' }];
  return Promise.all(
    tables.map(async (table) => {
      const hashKey = await hashKeyOf(table);
      const keys = hashKey === undefined ? [] : leadingKeys(input, table, hashKey);
      const index = typeof input['IndexName'] === 'string' ? `/index/${input['IndexName']}` : '';
      return {
        action,
        resource: `${tableArn(table)}${index}`,
        ...(keys.length === 0 ? {} : { context: { 'dynamodb:LeadingKeys': keys } }),
      };
    }),
  );
};

// dynalite renumbers a list between two removals and returns no item with a failed condition: better no answer than that one.
const refuseWrongAnswers = (input: Input): void => {
  const returns = input['ReturnValuesOnConditionCheckFailure'];
  if (returns !== undefined && returns !== 'NONE')
    throw notImplemented('dynamodb', `ReturnValuesOnConditionCheckFailure=${textOf(returns)}`);
  const removed = /\bREMOVE\b(?<paths>.*?)(?=\b(?:SET|ADD|DELETE)\b|$)/is.exec(textOf(input['UpdateExpression']))
    ?.groups?.['paths'];
  if (removed !== undefined && /\[\d+\]/.test(removed))
    throw notImplemented('dynamodb', 'UpdateExpression with a list index in REMOVE');
};

const understood = (input: Input): Input =>
  Object.fromEntries(
    [
      'TableName',
      'AttributeDefinitions',
      'KeySchema',
      'BillingMode',
      'ProvisionedThroughput',
      'LocalSecondaryIndexes',
      'GlobalSecondaryIndexes',
    ]
      .filter((name) => input[name] !== undefined)
      .map((name) => [name, input[name]]),
  );

interface Settings {
  get(table: string, kind: string): Record<string, unknown> | undefined;
  put(table: string, kind: string, value: unknown): void;
  close(): void;
}

const openSettings = (dataDir: string | undefined): Settings => {
  const database = openSqlite(
    dataDir,
    'dynamodb-settings',
    'CREATE TABLE IF NOT EXISTS settings (name TEXT, kind TEXT, value TEXT, PRIMARY KEY (name, kind)) STRICT',
  );
  return {
    get(table, kind) {
      const row = database.prepare('SELECT value FROM settings WHERE name = ? AND kind = ?').get(table, kind);
      return row === undefined ? undefined : (JSON.parse(String(row['value'])) as Record<string, unknown>);
    },
    put: (table, kind, value) =>
      void database.prepare('INSERT OR REPLACE INTO settings VALUES (?, ?, ?)').run(table, kind, JSON.stringify(value)),
    close: () => database.close(),
  };
};

type OwnOperation = (input: Input, settings: Settings, dynalite: Dynalite) => Promise<unknown>;

const existing = async (input: Input, dynalite: Dynalite): Promise<string> => {
  const name = String(input['TableName']);
  const { status } = await dynalite.call('DescribeTable', { TableName: name });
  if (status < 400) return name;
  throw new AwsError('ResourceNotFoundException', 400, `Requested resource not found: Table: ${name} not found`);
};

const backups = (status: string): unknown => ({
  ContinuousBackupsDescription: {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: status },
  },
});

const nameOf = (input: Input): string =>
  String(input['ResourceArn']).replace(`arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/`, '');
type Tag = { Key: string; Value: string };
const tagsOf = (input: Input, settings: Settings): Tag[] =>
  (settings.get(nameOf(input), 'tags')?.['tags'] ?? []) as Tag[];

const OWN_OPERATIONS: Readonly<Record<string, OwnOperation>> = {
  async UpdateTimeToLive(input, settings, dynalite) {
    settings.put(await existing(input, dynalite), 'ttl', input['TimeToLiveSpecification']);
    return { TimeToLiveSpecification: input['TimeToLiveSpecification'] };
  },
  async DescribeTimeToLive(input, settings, dynalite) {
    const ttl = settings.get(await existing(input, dynalite), 'ttl');
    const on = ttl?.['Enabled'] === true;
    return {
      TimeToLiveDescription: on
        ? { TimeToLiveStatus: 'ENABLED', AttributeName: ttl['AttributeName'] }
        : { TimeToLiveStatus: 'DISABLED' },
    };
  },
  async UpdateContinuousBackups(input, settings, dynalite) {
    const wanted = input['PointInTimeRecoverySpecification'] as { PointInTimeRecoveryEnabled?: boolean } | undefined;
    const status = wanted?.PointInTimeRecoveryEnabled === true ? 'ENABLED' : 'DISABLED';
    settings.put(await existing(input, dynalite), 'pitr', { status });
    return backups(status);
  },
  async DescribeContinuousBackups(input, settings, dynalite) {
    return backups(textOf(settings.get(await existing(input, dynalite), 'pitr')?.['status']) || 'DISABLED');
  },
  async TagResource(input, settings) {
    const added = input['Tags'] as Tag[];
    const kept = tagsOf(input, settings).filter((tag) => !added.some((other) => other.Key === tag.Key));
    settings.put(nameOf(input), 'tags', { tags: [...kept, ...added] });
    return {};
  },
  async UntagResource(input, settings) {
    const keys = input['TagKeys'] as string[];
    settings.put(nameOf(input), 'tags', { tags: tagsOf(input, settings).filter((tag) => !keys.includes(tag.Key)) });
    return {};
  },
  async ListTagsOfResource(input, settings) {
    return { Tags: tagsOf(input, settings) };
  },
};
