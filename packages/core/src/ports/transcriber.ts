import type { MediaFile } from '../media.ts';
import type { LaneId, RuntimeSessionId } from '../ids.ts';

export type Hearing =
  | { readonly kind: 'heard'; readonly text: string }
  /** Still being listened to: ask again. */
  | { readonly kind: 'working' }
  /** Nothing could be understood, for good. `detail` is for the person who waits. */
  | { readonly kind: 'not_heard'; readonly detail?: string };

/** Turns a stored recording into words. */
export interface Transcriber {
  /**
   * Begins to listen, or goes on, and waits a while for the end. A recording that is asked for again is not listened to
   * again. @throws RetryableError when the service does not answer.
   */
  hear(file: MediaFile, signal: AbortSignal): Promise<Hearing>;
}

/** The transcriber of a runtime session. */
export interface SessionTranscriber {
  /** See `Transcriber.hear`. @throws RetryableError when the runtime did not accept the call. */
  hear(
    session: RuntimeSessionId,
    call: { readonly laneId: LaneId; readonly file: MediaFile },
    signal: AbortSignal,
  ): Promise<Hearing>;
}
