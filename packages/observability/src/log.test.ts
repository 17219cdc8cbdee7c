import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

const aLog = () => {
  const lines: unknown[] = [];
  const log = createLog({ service: 'agent-runner', write: (line) => void lines.push(JSON.parse(line)), now: () => 0 });
  return { log, lines };
};
const token = `123456789:${'Ab-_'.repeat(9)}`;

describe('createLog', () => {
  it('writes one JSON object a line, with the fields of every parent', () => {
    const { log, lines } = aLog();
    log.with({ laneId: 'tg:1:2' }).with({ turnId: 't1' }).info('turn_finished', { parts: 2, silent: false });
    const at = '1970-01-01T00:00:00.000Z';
    expect(lines).toEqual([
      {
        level: 'info',
        event: 'turn_finished',
        service: 'agent-runner',
        at,
        laneId: 'tg:1:2',
        turnId: 't1',
        parts: 2,
        silent: false,
      },
    ]);
  });

  it('scrubs bot tokens from fields, messages and stacks', () => {
    const { log, lines } = aLog();
    log.warn('call_failed', { url: `https://api.telegram.org/bot${token}/sendMessage`, bare: token });
    log.error('call_failed', Object.assign(new Error(`refused ${token}`), { code: 'ECONNRESET' }));
    const text = JSON.stringify(lines);
    expect(text).not.toContain('Ab-_');
    expect(lines[0]).toMatchObject({ url: 'https://api.telegram.org/[token]/sendMessage', bare: '[token]' });
    log.warn('call_failed', { quoted: encodeURIComponent(`/bot${token}/getMe`), bare: encodeURIComponent(token) });
    expect(lines[2]).toMatchObject({ quoted: '%2F[token]%2FgetMe', bare: '[token]' });
    expect(lines[1]).toMatchObject({ errorName: 'Error', errorCode: 'ECONNRESET', errorMessage: 'refused [token]' });
  });

  it('keeps only the frames of a stack, and names a cause without quoting it', () => {
    const { log, lines } = aLog();
    log.error('failed', new TypeError('short', { cause: new RangeError('my private words') }));
    expect(JSON.stringify(lines)).not.toContain('my private words');
    expect(lines[0]).toMatchObject({ errorName: 'TypeError', errorCause: 'RangeError' });
    expect((lines[0] as { errorStack: string }).errorStack).toMatch(/^at .*log\.test\.ts/u);
  });

  it('takes what is thrown without being an error', () => {
    const { log, lines } = aLog();
    log.error('failed', 'my private words');
    expect(lines[0]).toMatchObject({ event: 'failed', errorName: 'string' });
    expect(JSON.stringify(lines)).not.toContain('private');
  });
});
