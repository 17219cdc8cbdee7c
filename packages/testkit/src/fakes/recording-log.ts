import type { Log, LogFields, Metrics } from '@agent-claw/core';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: LogFields;
  readonly error?: unknown;
}

export interface RecordingLog extends Log {
  readonly lines: readonly LogLine[];
}

export const recordingLog = (lines: LogLine[] = [], base: LogFields = {}): RecordingLog => ({
  lines,
  info: (event, fields) => void lines.push({ level: 'info', event, fields: { ...base, ...fields } }),
  warn: (event, fields) => void lines.push({ level: 'warn', event, fields: { ...base, ...fields } }),
  error: (event, error, fields) => void lines.push({ level: 'error', event, error, fields: { ...base, ...fields } }),
  with: (fields) => recordingLog(lines, { ...base, ...fields }),
});

/** Keeps nothing. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {}, with: () => silentLog };

export interface RecordingMetrics extends Metrics {
  readonly counts: Readonly<Record<string, number>>;
}

export const recordingMetrics = (): RecordingMetrics => {
  const counts: Record<string, number> = {};
  return { counts, count: (name, value = 1) => void (counts[name] = (counts[name] ?? 0) + value) };
};

/** `x-1`, `x-2`, …: ids that a test can foretell. */
export const sequenceIds = (prefix: string): (() => string) => {
  const state = { last: 0 };
  return () => `${prefix}-${++state.last}`;
};
