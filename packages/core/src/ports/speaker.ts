export type Speech =
  | {
      readonly kind: 'spoken';
      /** Ogg Opus, as a voice message is sent. */
      readonly bytes: Uint8Array;
    }
  /** This text is not spoken, whenever it is asked for. `reason` is for the agent. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What is spoken in one go. */
export const MAX_SPOKEN_CHARS = 3_000;

/** Turns words into a recording. */
export interface Speaker {
  /**
   * Speaks plain text of up to 3,000 characters. `language` is a code like `de` or `pt-BR`; one without a voice of its own,
   * or none, is spoken by the default voice. @throws RetryableError when the service does not answer.
   */
  speak(text: string, language?: string): Promise<Speech>;
}
