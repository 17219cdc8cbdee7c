import { randomBytes, randomUUID } from 'node:crypto';
import type { EmbeddedClock } from '../clock.ts';
import { ACCOUNT_ID, AwsError, REGION } from '../service.ts';
import { inTransaction, openSqlite } from '../storage/open-sqlite.ts';

/** One version's value: exactly one of the two. */
export interface SecretValue {
  readonly string?: string;
  /** base64 */
  readonly binary?: string;
}

export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly description: string | null;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** Set while the secret waits for its deletion. */
  readonly deletedAtMs: number | null;
}

export interface SecretVersion extends SecretValue {
  readonly versionId: string;
  readonly createdAtMs: number;
  readonly stages: readonly string[];
}

/** Secrets with their versions and staging labels; each method is one transaction. */
export interface SecretStore {
  create(
    name: string,
    description: string | null,
    value: SecretValue | null,
    token?: string,
  ): { secret: Secret; versionId: string | null };
  /** By name or ARN, waiting for deletion or not. @throws AwsError ResourceNotFoundException */
  find(id: string): Secret;
  list(): Secret[];
  versions(arn: string): SecretVersion[];
  /** @throws AwsError ResourceExistsException when the token names a version with another value. */
  put(arn: string, value: SecretValue, token: string | undefined, stages: readonly string[]): SecretVersion;
  describe(arn: string, description: string): void;
  moveStage(arn: string, stage: string, from: string | undefined, to: string | undefined): void;
  markDeleted(arn: string, atMs: number | null): void;
  remove(arn: string): void;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS secrets (arn TEXT PRIMARY KEY, name TEXT UNIQUE, description TEXT, createdAtMs INTEGER, changedAtMs INTEGER, deletedAtMs INTEGER) STRICT;
  CREATE TABLE IF NOT EXISTS versions (arn TEXT, versionId TEXT, string TEXT, binary TEXT, createdAtMs INTEGER, PRIMARY KEY (arn, versionId)) STRICT;
  CREATE TABLE IF NOT EXISTS stages (arn TEXT, stage TEXT, versionId TEXT, PRIMARY KEY (arn, stage)) STRICT;`;

export const openSecretStore = (dataDir: string | undefined, clock: EmbeddedClock): SecretStore => {
  const database = openSqlite(dataDir, 'secrets', SCHEMA);
  const sql = (text: string) => database.prepare(text);
  const stageHolder = (arn: string, stage: string): string | undefined =>
    sql('SELECT versionId FROM stages WHERE arn = ? AND stage = ?').get(arn, stage)?.['versionId'] as
      | string
      | undefined;
  const setStage = (arn: string, stage: string, versionId: string): void =>
    void sql('INSERT OR REPLACE INTO stages VALUES (?, ?, ?)').run(arn, stage, versionId);
  // AWSPREVIOUS always names the version that was AWSCURRENT last.
  const attach = (arn: string, stage: string, versionId: string): void => {
    const before = stageHolder(arn, stage);
    setStage(arn, stage, versionId);
    if (stage === 'AWSCURRENT' && before !== undefined && before !== versionId) setStage(arn, 'AWSPREVIOUS', before);
  };
  const store: SecretStore = {
    create: (name, description, value, token) =>
      inTransaction(database, () => {
        const existing = sql('SELECT * FROM secrets WHERE name = ?').get(name) as unknown as Secret | undefined;
        if (existing !== undefined) {
          const same =
            token !== undefined && store.versions(existing.arn).find((version) => version.versionId === token);
          if (value !== null && same !== undefined && same !== false && sameValue(same, value))
            return { secret: { ...existing }, versionId: token ?? null };
          if (existing.deletedAtMs !== null) {
            throw new AwsError(
              'InvalidRequestException',
              400,
              `You can't create this secret because a secret with this name is already scheduled for deletion.`,
            );
          }
          throw new AwsError(
            'ResourceExistsException',
            400,
            `The operation failed because the secret ${name} already exists.`,
          );
        }
        const suffix = randomBytes(8)
          .toString('base64')
          .replace(/[^A-Za-z]/g, 'x')
          .slice(0, 6);
        const arn = `arn:aws:secretsmanager:${REGION}:${ACCOUNT_ID}:secret:${name}-${suffix}`;
        const now = clock.now();
        sql('INSERT INTO secrets VALUES (?, ?, ?, ?, ?, NULL)').run(arn, name, description, now, now);
        const versionId = value === null ? null : putVersion(arn, value, token, ['AWSCURRENT']).versionId;
        return { secret: store.find(arn), versionId };
      }),
    find(id) {
      // An ARN without its random suffix is accepted too.
      const row = sql(`SELECT * FROM secrets WHERE name = ?1 OR arn = ?1 OR substr(arn, 1, length(arn) - 7) = ?1`).get(
        id,
      );
      if (row === undefined)
        throw new AwsError('ResourceNotFoundException', 400, `Secrets Manager can't find the specified secret.`);
      return { ...(row as unknown as Secret) };
    },
    list: () =>
      sql('SELECT * FROM secrets ORDER BY name')
        .all()
        .map((row) => ({ ...(row as unknown as Secret) })),
    versions(arn) {
      const stages = sql('SELECT stage, versionId FROM stages WHERE arn = ? ORDER BY stage').all(arn);
      return sql('SELECT * FROM versions WHERE arn = ? ORDER BY createdAtMs, rowid')
        .all(arn)
        .map((row) => ({
          versionId: String(row['versionId']),
          createdAtMs: Number(row['createdAtMs']),
          ...(row['string'] === null ? {} : { string: String(row['string']) }),
          ...(row['binary'] === null ? {} : { binary: String(row['binary']) }),
          stages: stages
            .filter((stage) => stage['versionId'] === row['versionId'])
            .map((stage) => String(stage['stage'])),
        }));
    },
    put: (arn, value, token, stages) => inTransaction(database, () => putVersion(arn, value, token, stages)),
    describe: (arn, description) =>
      void sql('UPDATE secrets SET description = ?, changedAtMs = ? WHERE arn = ?').run(description, clock.now(), arn),
    moveStage: (arn, stage, from, to) =>
      inTransaction(database, () => {
        const holder = stageHolder(arn, stage);
        const known = new Set(store.versions(arn).map((version) => version.versionId));
        for (const id of [from, to]) {
          if (id !== undefined && !known.has(id))
            throw new AwsError(
              'ResourceNotFoundException',
              400,
              `Secrets Manager can't find the specified secret version ${id}.`,
            );
        }
        if (from !== undefined && holder !== from) {
          throw new AwsError(
            'InvalidParameterException',
            400,
            `The staging label ${stage} is not attached to version ${from}.`,
          );
        }
        if (to === undefined) {
          if (stage === 'AWSCURRENT')
            throw new AwsError(
              'InvalidParameterException',
              400,
              `The staging label AWSCURRENT can only be moved, give MoveToVersionId.`,
            );
          sql('DELETE FROM stages WHERE arn = ? AND stage = ?').run(arn, stage);
          return;
        }
        if (holder !== undefined && holder !== to && from === undefined) {
          throw new AwsError(
            'InvalidParameterException',
            400,
            `The staging label ${stage} is attached to version ${holder}; name it in RemoveFromVersionId to move the label.`,
          );
        }
        attach(arn, stage, to);
      }),
    markDeleted: (arn, atMs) => void sql('UPDATE secrets SET deletedAtMs = ? WHERE arn = ?').run(atMs, arn),
    remove: (arn) =>
      inTransaction(database, () => {
        for (const table of ['secrets', 'versions', 'stages']) sql(`DELETE FROM ${table} WHERE arn = ?`).run(arn);
      }),
    close: () => database.close(),
  };
  return store;

  function putVersion(
    arn: string,
    value: SecretValue,
    token: string | undefined,
    stages: readonly string[],
  ): SecretVersion {
    const versionId = token ?? randomUUID();
    const existing = store.versions(arn).find((version) => version.versionId === versionId);
    if (existing !== undefined) {
      if (sameValue(existing, value)) return existing;
      throw new AwsError(
        'ResourceExistsException',
        400,
        `A version ${versionId} with another value exists already; a ClientRequestToken names one value for ever.`,
      );
    }
    sql('INSERT INTO versions VALUES (?, ?, ?, ?, ?)').run(
      arn,
      versionId,
      value.string ?? null,
      value.binary ?? null,
      clock.now(),
    );
    for (const stage of stages) attach(arn, stage, versionId);
    if (stageHolder(arn, 'AWSCURRENT') === undefined) attach(arn, 'AWSCURRENT', versionId);
    sql('UPDATE secrets SET changedAtMs = ? WHERE arn = ?').run(clock.now(), arn);
    return store.versions(arn).find((version) => version.versionId === versionId) as SecretVersion;
  }
};

const sameValue = (a: SecretValue, b: SecretValue): boolean => a.string === b.string && a.binary === b.binary;
