export * from './schedule.ts';
export * from './turn-event.ts';
export * from './turn-request.ts';
export * from './wake.ts';
