import { laneIdOf, workspacePrefix } from '@agent-claw/core';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';

const enough = { CONVERSATIONS_TABLE: 'c', WORKSPACE_BUCKET: 'w', MODEL: 'demo' };

describe('parseConfig', () => {
  it('needs a table, a bucket and a model; the rest has defaults', () => {
    expect(parseConfig({ ...enough, OTHER: 'x', HEARTBEAT_MODEL: '' })).toEqual({
      ...enough,
      TIME_ZONE: 'UTC',
      PORT: 8080,
      VOICE: 'Joanna',
    });
  });

  it('names every problem at once, and where the values are set', () => {
    const attempt = (): unknown => parseConfig({ MODEL: 'demo', TIME_ZONE: 'Mars/Base', PORT: 'http' });
    expect(attempt).toThrow(/infra\/lib\/agent-runtime\.ts/u);
    for (const name of ['CONVERSATIONS_TABLE', 'WORKSPACE_BUCKET', 'TIME_ZONE', 'PORT']) expect(attempt).toThrow(name);
  });
});

describe('workspacePrefix', () => {
  it('gives the owner one workspace and every other lane its own', () => {
    const lane = (place: string, thread?: string) =>
      laneIdOf({ channel: 'tg', account: '7000', place, ...(thread === undefined ? {} : { thread }) });
    expect([
      workspacePrefix({ laneId: lane('4242001'), privateLane: true }),
      workspacePrefix({ laneId: lane('-100123', '17'), privateLane: false }),
    ]).toEqual(['workspace/', 'lanes/tg_7000_-100123_17/']);
  });
});
