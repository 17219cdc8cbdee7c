export * from './log.ts';
export * from './metrics.ts';
export * from './scrub.ts';
export * from './stdout.ts';
export * from './system-clock.ts';
