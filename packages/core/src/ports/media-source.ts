import type { MediaProblem } from '../media.ts';
import type { Permit } from './messenger.ts';

export type FetchMediaOutcome =
  | { readonly kind: 'fetched'; readonly bytes: Uint8Array }
  /** It is not to be had, and trying again at once would end the same way. */
  | { readonly kind: 'unavailable'; readonly problem: MediaProblem }
  /** The permit said no, or the signal aborted: nothing is known about the file. */
  | { readonly kind: 'withheld' };

/** Where the files of messages are until they are fetched: the channel. */
export interface MediaSource {
  /**
   * All bytes of one file, 20 MiB at most. Failures that may pass are tried again within the call. Never throws for what a
   * channel can do; whatever it tells about its own address stays inside.
   */
  fetch(fileId: string, permit: Permit, signal: AbortSignal): Promise<FetchMediaOutcome>;
}
