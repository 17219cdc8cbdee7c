import { expect, it } from 'vitest';
import { parseConfig } from './config.ts';

it('names every problem at once', () => {
  expect(() => parseConfig({ TIME_ZONE: 'Mars/Olympus', OWNER_ID: '', HEARTBEAT_ACTIVE_HOURS: '' })).toThrow(
    /infra\/lib\/heartbeat\.ts[\s\S]*STATE_TABLE[\s\S]*WORKSPACE_BUCKET[\s\S]*TIME_ZONE/u,
  );
});
