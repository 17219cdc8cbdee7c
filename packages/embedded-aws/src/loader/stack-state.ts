import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What is remembered of a custom resource, to know at the next start whether anything changed. */
export interface CustomResourceState {
  readonly type: string;
  readonly serviceToken: string;
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a stack remembers between starts. */
export interface StackState {
  customResources: Record<string, CustomResourceState>;
  /** SHA-256 of the initial value each secret was last given. */
  secrets: Record<string, string>;
  /** The template's own schedules: those made by the product at run time are not the stack's to remove. */
  schedules: string[];
}

/** Loads and saves it; a null file keeps it in memory. */
export interface StackStateFile {
  readonly state: StackState;
  /** Replaces the file in one step: a crash leaves the old or the new one. */
  save(): void;
}

/** @param file absent on a first start. */
export const openStackState = (file: string | null): StackStateFile => {
  const empty: StackState = { customResources: {}, secrets: {}, schedules: [] };
  const saved =
    file !== null && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<StackState>) : {};
  const state = { ...empty, ...saved };
  return {
    state,
    save() {
      if (file === null) return;
      mkdirSync(dirname(file), { recursive: true });
      // The answers of custom resources may hold secrets.
      writeFileSync(`${file}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
};
