import { describe, expect, it } from 'vitest';
import { turnIdOf } from '@agent-claw/core';
import { parseUpdate } from './parse-update.ts';
import { menuButtonOf, menuKeyboard } from './menu-button.ts';
import { menuPressOf, presserOf, pressEntryOf, stopEntryOf, stopOf } from './pressed-button.ts';
import { stopKeyboard, turnOfStopButton } from './stop-button.ts';
import type { TelegramPress } from './update-schema.ts';

const BOT = { id: '7000', username: 'ClawBot' };
const owner = { id: 1, is_bot: false, first_name: 'Ada', last_name: 'L' };
const draft = { message_id: 9, date: 1000, chat: { id: 1, type: 'private' }, from: { id: 7000, is_bot: true } };
const forum = { id: -100, type: 'supergroup', is_forum: true };
const NOW_MS = 1_790_000_000_999;

const updateOf = (fields: object) => ({
  update_id: 5,
  callback_query: { id: '77', from: owner, message: draft, chat_instance: '1', data: 'stop:t0000000012', ...fields },
});
const pressOf = (fields: object = {}): TelegramPress => {
  const parsed = parseUpdate(updateOf(fields));
  if (parsed.kind !== 'callback_query') throw new Error(`parsed as ${parsed.kind}`);
  return parsed.press;
};

describe('parseUpdate of a pressed button', () => {
  it.each([
    ['an odd query id', { id: '7","text":"x' }, { id: undefined }],
    ['a query id that is no text', { id: 77 }, { id: undefined }],
    ['a query id that is too long', { id: '7'.repeat(33) }, { id: undefined }],
    ['odd data', { data: { toString: 'stop' } }, { data: undefined }],
    [
      'a message without a usable chat',
      { message: { message_id: 9, date: 0, chat: { id: 0 } } },
      { message: undefined },
    ],
    ['a message that is not there', { message: undefined }, { message: undefined }],
  ])('counts %s as absent', (_what, fields, absent) => {
    expect(pressOf(fields)).toMatchObject(absent);
  });

  it('cannot use a press without somebody who pressed', () => {
    expect(parseUpdate(updateOf({ from: { id: 'x' } }))).toEqual({
      kind: 'ignored',
      updateId: 5,
      reason: 'unusable_press',
    });
  });
});

describe('stopOf', () => {
  it('names the turn of the button and the lane of its message', () => {
    const turn = turnIdOf(12);
    const topic = { ...draft, chat: forum, message_thread_id: 17, is_topic_message: true };
    const noLongerShown = { message_id: 9, date: 0, chat: draft.chat };
    expect([{}, { message: topic }, { message: noLongerShown }].map((fields) => stopOf(pressOf(fields), BOT))).toEqual([
      { turn, laneId: 'tg:7000:1' },
      { turn, laneId: 'tg:7000:-100:17' },
      { turn, laneId: 'tg:7000:1' },
    ]);
  });

  it.each([
    ['data of another button', { data: 'buy:1' }],
    ['more than the data of ours', { data: 'stop:t0000000012 ' }],
    ['a turn of another length', { data: 'stop:t12' }],
    ['no data', { data: undefined }],
    ['no message', { message: undefined }],
    [
      'a forum message that is no longer shown, so that nobody knows its topic',
      { message: { message_id: 9, date: 0, chat: forum } },
    ],
  ])('takes %s for no stop', (_what, fields) => {
    expect(stopOf(pressOf(fields), BOT)).toBeNull();
  });

  it('reads back what the keyboard says, in the 64 bytes that a button has', () => {
    const turn = turnIdOf(9_999_999_999);
    const [data = ''] = stopKeyboard(turn)
      .inline_keyboard.flat()
      .map((button) => button.callback_data);
    expect([turnOfStopButton(data), Buffer.byteLength(data)]).toEqual([turn, 16]);
  });
});

describe('stopEntryOf', () => {
  it('is a stop of that turn by whoever pressed, at the time of the press and not of the draft', () => {
    const press = pressOf();
    const stop = stopOf(press, BOT);
    expect(stop && stopEntryOf(5, press, stop, NOW_MS)).toEqual({
      id: 'u5',
      kind: 'stop',
      sentAtEpochS: 1_790_000_000,
      sequence: 5,
      sender: { id: '1', name: 'Ada L' },
      text: '',
      stopsTurn: turnIdOf(12),
    });
  });
});

describe('presserOf', () => {
  it('is the person who pressed, not the bot that wrote the message', () => {
    const group = { id: -100, type: 'group' };
    expect(
      [{}, { message: { ...draft, chat: group } }, { message: undefined }].map((f) => presserOf(pressOf(f), BOT)),
    ).toEqual(
      [
        { id: '1', kind: 'private' },
        { id: '-100', kind: 'group' },
        { id: '', kind: 'other' },
      ].map((place) => ({ place, sender: { id: '1', isBot: false }, speaksAsChat: false, addressed: true })),
    );
  });
});

describe('a button of a menu', () => {
  const nonce = 'AbCdEfGhIjKlMnOpQrSt_-';

  it('comes back as what it was, in data that Telegram takes', () => {
    const [row] = menuKeyboard([[{ label: 'Close', nonce, index: 11 }]]).inline_keyboard;
    expect(row).toEqual([{ text: 'Close', callback_data: `b:${nonce}:11` }]);
    expect(menuButtonOf(row?.[0]?.callback_data ?? '')).toEqual({ nonce, index: 11 });
  });

  it.each([
    '',
    'b:',
    'b::1',
    `b:${nonce}`,
    `b:${nonce}:1 `,
    `b:${nonce}:-1`,
    `b:${nonce}:100`,
    `b:${'x'.repeat(44)}:1`,
    'b:a.b:1',
  ])('is not %j', (data) => {
    expect(menuButtonOf(data)).toBeNull();
  });

  it('names its lane and message, and becomes an entry of whoever pressed it', () => {
    const press = pressOf({ data: `b:${nonce}:2` });
    const pressed = menuPressOf(press, BOT);
    expect(pressed).toEqual({ nonce, index: 2, messageId: 9, laneId: 'tg:7000:1' });
    expect(pressed && pressEntryOf(5, press, pressed, NOW_MS)).toEqual({
      id: 'u5',
      kind: 'button',
      sentAtEpochS: 1_790_000_000,
      sequence: 5,
      sender: { id: '1', name: 'Ada L' },
      text: '',
      pressed: { nonce, index: 2, messageId: 9 },
    });
  });

  it('of a forum message that is no longer shown names no lane', () => {
    const message = { message_id: 9, date: 0, chat: forum };
    expect(menuPressOf(pressOf({ data: `b:${nonce}:2`, message }), BOT)).toBeNull();
  });
});
