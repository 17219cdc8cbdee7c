import { describe, expect, it } from 'vitest';
import { updateEntryId } from './ids.ts';
import { filesOf } from './lane.ts';
import type { InboxEntry } from './lane.ts';
import { mediaKeyOf, MEDIA_KEY_FORM } from './media.ts';
import { commandIn, heardEntry, needsHearing, unheardIn } from './typed-command.ts';

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

describe('a recording that a message answers to', () => {
  const entry = (override: Partial<InboxEntry> = {}): InboxEntry =>
    recording({
      text: 'what does she say?',
      attachments: [{ kind: 'photo', fileId: 'p' }],
      replyTo: { text: '', attachments: [{ kind: 'voice', fileId: 'v' }] },
      ...override,
    });
  const spoken = (text: string) => ({ kind: 'heard', text }) as const;

  it('is heard once, and its words order nothing and stand with it alone', () => {
    const before = entry();
    const after = heardEntry(before, spoken(' slash new '));
    expect([unheardIn(before), after, needsHearing(after)]).toEqual([
      1,
      { ...before, replyTo: { ...before.replyTo, heard: { words: 'slash new' } } },
      false,
    ]);
    expect(heardEntry(before, { kind: 'not_heard', problem: 'gone' })).toEqual({
      ...before,
      replyTo: { ...before.replyTo, heard: { problem: 'gone' } },
    });
  });

  it('comes after what the person says aloud, and is of no use to a command', () => {
    const before = entry({ text: '', attachments: [{ kind: 'voice', fileId: 'f' }] });
    const [asked, ordered] = ['And this?', 'slash new'].map((words) => heardEntry(before, spoken(words)));
    expect([before, asked, ordered].map((one) => one && unheardIn(one))).toEqual([0, 1, null]);
    expect(filesOf(before)).toHaveLength(2);
    expect(ordered && filesOf(ordered)).toHaveLength(1);
    expect(asked && heardEntry(asked, spoken('Buy milk.'))).toEqual({
      ...before,
      text: 'And this?',
      heard: {},
      replyTo: { ...before.replyTo, heard: { words: 'Buy milk.' } },
    });
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
