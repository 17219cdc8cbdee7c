export interface WorkspaceFile {
  readonly content: string;
  /** Names this content; the next write gives it back to prove that nothing happened in between. */
  readonly version: string;
}

export interface WorkspaceBytes extends Pick<WorkspaceFile, 'version'> {
  readonly bytes: Uint8Array;
}

export type WriteCondition = { readonly kind: 'if_version'; readonly version: string } | { readonly kind: 'if_absent' };

export type WriteOutcome = { readonly kind: 'written'; readonly version: string } | { readonly kind: 'conflict' };

export type RemoveOutcome = { readonly kind: 'removed' } | { readonly kind: 'conflict' };

/**
 * One owner's (or group's) files. Paths are those of `normalisePath`: relative, `/` separated; the adapter adds its prefix,
 * which comes from the lane and never from the model.
 */
export interface WorkspaceStore {
  /** @returns null when there is no such file. @throws FileTooLargeError over 2 MiB. */
  read(path: string): Promise<WorkspaceFile | null>;
  /** As they are, for what is no text. @returns null when there is no such file. @throws FileTooLargeError over `maxBytes`. */
  readBytes(path: string, maxBytes: number): Promise<WorkspaceBytes | null>;
  /** Writes only if the condition holds: compare-and-set, so that no acknowledged line is lost. Older versions stay in the bucket. */
  write(path: string, content: string | Uint8Array, condition: WriteCondition): Promise<WriteOutcome>;
  /** Removes only the version that was read. Removing what is not there any more counts as removed. Older versions stay in the bucket. */
  remove(path: string, version: string): Promise<RemoveOutcome>;
  /** Paths below `prefix` ("" for all) in order, at most `limit`. */
  list(prefix: string, limit: number): Promise<readonly { readonly path: string; readonly sizeBytes: number }[]>;
}
