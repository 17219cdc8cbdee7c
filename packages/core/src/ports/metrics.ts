/** Counts for alarms. The names are those of the catalogue in packages/observability. */
export interface Metrics {
  count(name: string, value?: number): void;
}
