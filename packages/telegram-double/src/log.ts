/** Receives events with fields; never message content or tokens. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
}
