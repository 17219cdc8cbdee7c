import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * A database file `<dataDir>/<name>.sqlite`, readable by its owner only, or one in memory without a data directory.
 * Write-ahead logging: what is committed survives kill -9 of the process.
 * @param schema idempotent DDL.
 */
export const openSqlite = (dataDir: string | undefined, name: string, schema: string): DatabaseSync => {
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const file = dataDir === undefined ? ':memory:' : join(dataDir, `${name}.sqlite`);
  const database = new DatabaseSync(file);
  if (dataDir !== undefined) chmodSync(file, 0o600);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;');
  database.exec(schema);
  return database;
};

/** Runs `work` as one transaction; a throw leaves nothing behind. */
export const inTransaction = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
};
