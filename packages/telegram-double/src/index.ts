export * from './create-telegram-double.ts';
export * from './double-api.ts';
export { listen } from './listen.ts';
export { createManualClock, type ManualClock } from './manual-clock.ts';
