import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from './public-server.ts';

/**
 * Keeps the data folder to one instance until the returned function is called. The operating system lets go of the lock
 * when the process ends in whatever way, so a kill -9 leaves nothing to clear up. @throws StartError when another holds it.
 */
export const lockDataFolder = (folder: string): (() => void) => {
  const database = new DatabaseSync(join(folder, 'instance.lock'));
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw new StartError(
      `Another agent-claw is running on ${folder}. Stop it, or choose another folder with --data-dir.`,
      { cause: error },
    );
  }
  return () => database.close();
};
