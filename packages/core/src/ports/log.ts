/** Values a log line may carry: ids, counts and outcomes. Never message text, prompts, tokens or file urls. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Events with fields, not sentences. `event` is a stable snake_case name. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** `error` is reduced to its name, code and scrubbed message. */
  error(event: string, error: unknown, fields?: LogFields): void;
  /** The same log with fields that every later line carries. */
  with(fields: LogFields): Log;
}
