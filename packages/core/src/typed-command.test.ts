import { describe, expect, it } from 'vitest';
import { updateEntryId } from './ids.ts';
import type { InboxEntry } from './lane.ts';
import { mediaKeyOf, MEDIA_KEY_FORM } from './media.ts';
import { commandIn, heardEntry, needsHearing } from './typed-command.ts';

const recording = (override: Partial<InboxEntry> = {}): InboxEntry => ({
  id: updateEntryId(1),
  kind: 'message',
  sentAtEpochS: 1,
  sequence: 1,
  sender: { id: '1', name: 'Ada' },
  text: '',
  attachments: [{ kind: 'voice', fileId: 'f', uniqueId: 'u' }],
  ...override,
});
const heard = (text: string, override: Partial<InboxEntry> = {}) => {
  const { kind, text: words, command } = heardEntry(recording(override), { kind: 'heard', text });
  return { kind, words, ...(command === undefined ? {} : { command }) };
};

describe('commandIn', () => {
  it('finds a command at the very start only', () => {
    expect(['/Help', '/new@My_Bot  now ', 'a /help', '/help!', '/', ''].map(commandIn)).toEqual([
      { name: 'help', args: '' },
      { name: 'new', args: 'now', to: 'my_bot' },
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('heardEntry', () => {
  it('makes of words what they would be when typed', () => {
    expect([
      heard(' Buy milk. '),
      heard('Stop.'),
      heard('Slash status.'),
      heard('slash model fast'),
      heard('/stop'),
    ]).toEqual([
      { kind: 'message', words: 'Buy milk.' },
      { kind: 'stop', words: 'Stop.' },
      { kind: 'command', words: '/status', command: { name: 'status', args: '' } },
      { kind: 'command', words: '/model fast', command: { name: 'model', args: 'fast' } },
      { kind: 'stop', words: '/stop' },
    ]);
  });

  it('takes no orders from what is forwarded, or said beside something typed', () => {
    expect([heard('stop', { forwardedFrom: 'Eve' }), heard('slash new', { text: 'listen to this' })]).toEqual([
      { kind: 'message', words: 'stop' },
      { kind: 'message', words: 'listen to this\nslash new' },
    ]);
  });

  it('needs to be done once, for recordings only, also when nothing was understood', () => {
    const deaf = heardEntry(recording(), { kind: 'not_heard', problem: 'not_heard', detail: 'Noise.' });
    const entries = [
      recording(),
      heardEntry(recording(), { kind: 'heard', text: 'x' }),
      deaf,
      recording({ kind: 'command' }),
    ];
    const picture = recording({ attachments: [{ kind: 'photo', fileId: 'f' }] });
    expect([...entries, picture].map(needsHearing)).toEqual([true, false, false, false, false]);
    expect(deaf.heard).toEqual({ problem: 'not_heard', detail: 'Noise.' });
  });
});

describe('mediaKeyOf', () => {
  it('has one form, whatever the ids are made of', () => {
    const key = (uniqueId: string) =>
      mediaKeyOf('tg:1:-2:3' as never, updateEntryId(7), 0, { kind: 'photo', fileId: 'f', uniqueId });
    expect(key('AQAD_x-1')).toBe('tg_1_-2_3/u7-0-AQAD_x-1');
    for (const odd of ['../../x', '/etc', 'a'.repeat(500), '', 'é%2e']) expect(key(odd)).toMatch(MEDIA_KEY_FORM);
  });
});
