import { describe, expect, it } from 'vitest';
import type { MessageView } from '../double-api.ts';
import { messageRows } from './message-rows.ts';
import { aBot, aMessage } from './page-message.test-kit.ts';

const DAY_S = 86_400;
const rowsOf = (messages: readonly MessageView[]): string[] =>
  messageRows(messages, (epochS) => String(Math.floor(epochS / DAY_S))).map((row) => {
    switch (row.kind) {
      case 'date':
        return `day ${row.key}`;
      case 'service':
        return `service ${row.key}`;
      case 'message':
        return `${row.messages.map(({ messageId }) => messageId).join('+')}${row.startsRun ? ' starts' : ''}${row.endsRun ? ' ends' : ''}`;
    }
  });

describe('message-rows', () => {
  it('joins messages of one sender to a run and ends it when another writes', () => {
    expect(rowsOf([aMessage(1), aMessage(2), aMessage(3), aMessage(4, { from: aBot })])).toEqual([
      'day date-0',
      '1 starts',
      '2',
      '3 ends',
      '4 starts ends',
    ]);
  });

  it('ends a run after ten minutes', () => {
    expect(rowsOf([aMessage(1, { date: 1000 }), aMessage(2, { date: 1599 }), aMessage(3, { date: 2199 })])).toEqual([
      'day date-0',
      '1 starts',
      '2 ends',
      '3 starts ends',
    ]);
  });

  it('names each day once and breaks runs at midnight', () => {
    expect(rowsOf([aMessage(1, { date: DAY_S - 5 }), aMessage(2, { date: DAY_S + 5 })])).toEqual([
      'day date-0',
      '1 starts ends',
      'day date-1',
      '2 starts ends',
    ]);
  });

  it('draws an album as one row, and two albums in a row as two', () => {
    const albums = [1, 2, 3, 4].map((id) => aMessage(id, { albumId: id < 3 ? 'a' : 'b' }));
    expect(rowsOf(albums)).toEqual(['day date-0', '1+2 starts', '3+4 ends']);
  });

  it('puts a service line by itself, between two runs', () => {
    expect(rowsOf([aMessage(1), aMessage(2, { service: 'You renamed the group' }), aMessage(3)])).toEqual([
      'day date-0',
      '1 starts ends',
      'service message-2',
      '3 starts ends',
    ]);
  });
});
