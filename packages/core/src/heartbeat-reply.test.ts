import { describe, expect, it } from 'vitest';
import { isEffectivelyEmpty, judgeHeartbeatReply } from './heartbeat-reply.ts';

const long = 'The invoice from the plumber is three weeks overdue. '.repeat(8).trim();

describe('judgeHeartbeatReply', () => {
  it.each([
    'HEARTBEAT_OK',
    '  HEARTBEAT_OK.  ',
    '**HEARTBEAT_OK**',
    '<b>HEARTBEAT_OK</b>',
    'HEARTBEAT_OK HEARTBEAT_OK',
    'All quiet today. HEARTBEAT_OK!',
    'HEARTBEAT_OK\nNothing to report.',
    `HEARTBEAT_OK ${'x'.repeat(300)}`,
    '',
    '   ',
  ])('keeps silent for %j', (text) => {
    expect(judgeHeartbeatReply(text)).toEqual({ kind: 'nothing' });
  });

  it.each([
    ['Call the plumber.', 'Call the plumber.'],
    ['I would say HEARTBEAT_OK but the plumber waits.', 'I would say HEARTBEAT_OK but the plumber waits.'],
    ['heartbeat_ok', 'heartbeat_ok'],
    [`HEARTBEAT_OK\n\n${long}`, long],
    [`${long} HEARTBEAT_OK.`, long],
    [`HEARTBEAT_OK ${'x'.repeat(301)}`, 'x'.repeat(301)],
  ])('alerts for %j', (text, alert) => {
    expect(judgeHeartbeatReply(text)).toEqual({ kind: 'alert', text: alert });
  });
});

describe('isEffectivelyEmpty', () => {
  it.each([
    '',
    '\n\n',
    '# Heartbeat\n\n- [ ]\n- [x] \n* \n1.\n',
    '<!-- - [ ] an example\n over lines -->',
    '```\n```',
    '<!-- open',
  ])('is true for %j', (text) => {
    expect(isEffectivelyEmpty(text)).toBe(true);
  });
  it.each(['- [ ] call mum', '#tag', 'text', '# Heading\n- water the plants', '1. x'])('is false for %j', (text) => {
    expect(isEffectivelyEmpty(text)).toBe(false);
  });
});
