import { describe, expect, it } from 'vitest';
import { entryOf, laneOf, visitorOf } from './inbound.ts';
import { parseUpdate } from './parse-update.ts';
import type { TelegramMessage } from './update-schema.ts';

const BOT = { id: '7000', username: 'ClawBot' };
const owner = { id: 1, is_bot: false, first_name: 'Ada', last_name: 'L' };
const privateChat = { id: 1, type: 'private', first_name: 'Ada' };
const group = { id: -100, type: 'supergroup', title: 'G' };

const messageOf = (fields: object): TelegramMessage => {
  const parsed = parseUpdate({
    update_id: 5,
    message: { message_id: 9, date: 1000, chat: privateChat, from: owner, ...fields },
  });
  if (parsed.kind !== 'message') throw new Error(`parsed as ${parsed.kind}`);
  return parsed.message;
};

describe('parseUpdate', () => {
  it.each([
    ['an odd optional field counts as absent', { text: { toString: 'x' } }, ''],
    ['unknown fields are dropped', { text: 'hi', of_tomorrow: [1] }, 'hi'],
  ])('%s', (_promise, fields, text) => {
    expect(messageOf(fields).text ?? '').toBe(text);
  });

  it.each([{}, null, [], 'x', { update_id: '5' }, { update_id: -1 }, { update_id: 2 ** 40 }])(
    'cannot use %o',
    (raw) => {
      expect(parseUpdate(raw)).toEqual({ kind: 'unusable' });
    },
  );

  it('ignores kinds that nobody answers, and inherited keys', () => {
    expect([
      parseUpdate({ update_id: 5, poll: {} }),
      parseUpdate({ update_id: 5, constructor: { text: 'x' } }),
    ]).toEqual([
      { kind: 'ignored', updateId: 5, reason: 'other_kind' },
      { kind: 'ignored', updateId: 5, reason: 'other_kind' },
    ]);
  });
});

describe('entryOf', () => {
  it('keeps who said what, when, in answer to what, with which files', () => {
    const message = messageOf({
      caption: 'look',
      photo: [{ file_id: 'small' }, { file_id: 'large', file_size: 12 }],
      media_group_id: 'album',
      reply_to_message: { message_id: 8, from: { id: 7000, is_bot: true, first_name: 'Claw' }, text: 'before' },
      quote: { text: 'bef' },
      forward_origin: { type: 'user', sender_user: { id: 3, is_bot: false, first_name: 'Eve' } },
    });
    expect(entryOf(5, message, BOT)).toEqual({
      id: 'u5',
      kind: 'message',
      sentAtEpochS: 1000,
      sequence: 5,
      sender: { id: '1', name: 'Ada L' },
      text: 'look',
      messageId: 9,
      attachments: [{ kind: 'photo', fileId: 'large', sizeBytes: 12 }],
      replyTo: { text: 'before', senderName: 'Claw', quote: 'bef', isOwn: true },
      forwardedFrom: 'Eve',
      albumId: 'album',
    });
  });

  it('brings the files of what an album answers to once, with the picture that has the words', () => {
    const album = {
      photo: [{ file_id: 'new' }],
      media_group_id: 'album',
      reply_to_message: {
        message_id: 8,
        from: { id: 3, is_bot: false, first_name: 'Eve' },
        photo: [{ file_id: 'old' }],
      },
    };
    const answered = [{ caption: 'like this?' }, {}].map(
      (fields) => entryOf(5, messageOf({ ...album, ...fields }), BOT)?.replyTo,
    );
    const replyTo = { text: '', senderName: 'Eve' };
    expect(answered).toEqual([{ ...replyTo, attachments: [{ kind: 'photo', fileId: 'old' }] }, replyTo]);
  });

  const file = { file_id: 'f', file_unique_id: 'u' };
  it.each([
    [
      'words with an address behind them',
      { text: 'see here', entities: [{ type: 'text_link', offset: 4, length: 4, url: 'https://x.org' }] },
      'see here\n[link: here (https://x.org)]',
    ],
    [
      'a photo of others to pay for',
      { caption: 'look', paid_media: { star_count: 5, paid_media: [] } },
      'look\n[paid media]',
    ],
    ['a giveaway', { giveaway: { chats: [] } }, '[giveaway]'],
    ['a game', { game: { title: 'Chess', description: '' } }, '[game: Chess]'],
    ['an invoice', { invoice: { title: 'Tea', currency: 'EUR' } }, '[invoice: Tea]'],
    [
      'a rich message',
      {
        rich_message: {
          blocks: [
            { type: 'heading', text: 'Title', size: 1 },
            {
              type: 'paragraph',
              text: [
                'plain ',
                { type: 'bold', text: ['bo', { type: 'italic', text: 'ld' }] },
                { type: 'url', text: ' site', url: 'https://x.org' },
              ],
            },
            { type: 'list', items: [{ label: '1.', blocks: [{ type: 'paragraph', text: 'one' }] }] },
            {
              type: 'table',
              cells: [
                [{ text: 'a' }, { text: 'b' }],
                [{}, { text: 'd' }],
              ],
              caption: 'cap',
            },
            { type: 'details', summary: 'More', blocks: [{ type: 'of_tomorrow', text: 'new' }] },
            { type: 'mathematical_expression', expression: 'x^2' },
            { type: 'photo', photo: [], caption: { text: 'below', credit: 'Ann' } },
            { type: 'divider' },
          ],
        },
      },
      'Title\nplain bold site (https://x.org)\n1. one\na | b\nd\ncap\nMore\nnew\nx^2\n[photo]\nbelow\nAnn',
    ],
  ])('says in words what is neither text nor a file: %s', (_what, fields, text) => {
    expect(entryOf(5, messageOf(fields), BOT)?.text).toBe(text);
  });

  it('reads a rich message that is nested deeper than any may be', () => {
    let block: unknown = 'x';
    for (let depth = 0; depth < 20_000; depth += 1) block = [block];
    expect(entryOf(5, messageOf({ text: 'hi', rich_message: { blocks: [block] } }), BOT)?.text).toBe('hi');
  });

  it('names the performer and title of music that has no file name', () => {
    const audio = { ...file, performer: 'Band', title: 'Song' };
    expect(entryOf(5, messageOf({ audio }), BOT)?.attachments?.[0]?.name).toBe('Band - Song');
  });

  const place = { latitude: 1, longitude: 2 };
  it.each([
    [
      'a photo with a caption',
      { reply_to_message: { photo: [file], caption: 'cap' } },
      { text: 'cap', attachments: [{ kind: 'photo', fileId: 'f', uniqueId: 'u' }] },
    ],
    [
      'a file',
      { reply_to_message: { document: { ...file, file_name: 'a.pdf' } } },
      { text: '', attachments: [{ kind: 'document', fileId: 'f', uniqueId: 'u', name: 'a.pdf' }] },
    ],
    [
      'a sticker',
      { reply_to_message: { sticker: { ...file, emoji: '🐈' } } },
      { text: '[sticker: 🐈]', attachments: [{ kind: 'sticker', fileId: 'f', uniqueId: 'u' }] },
    ],
    [
      'a part of the words below a photo',
      { reply_to_message: { photo: [file], caption: 'long cap' }, quote: { text: 'cap' } },
      { text: 'long cap', quote: 'cap', attachments: [{ kind: 'photo', fileId: 'f', uniqueId: 'u' }] },
    ],
    ['a place', { reply_to_message: { location: place } }, { text: '[location: 1, 2]' }],
    [
      'a message of another chat',
      { external_reply: { origin: { type: 'channel', chat: { id: -1, title: 'News' } }, voice: file } },
      { text: '', senderName: 'News', attachments: [{ kind: 'voice', fileId: 'f', uniqueId: 'u' }] },
    ],
    [
      'a quote of another chat, inside a topic',
      {
        reply_to_message: { forum_topic_created: { name: 'Trip' } },
        external_reply: { origin: { type: 'hidden_user', sender_user_name: 'Eve' } },
        quote: { text: 'bit' },
      },
      { text: '', senderName: 'Eve', quote: 'bit' },
    ],
    ['the topic itself, which is no reply', { reply_to_message: { forum_topic_created: { name: 'Trip' } } }, undefined],
  ])('tells what a message answers to: %s', (_what, fields, replyTo) => {
    expect(entryOf(5, messageOf({ text: 'what is this?', ...fields }), BOT)?.replyTo).toEqual(replyTo);
  });

  it('has no files of its own because what it answers to has some: a stop word stops', () => {
    const entry = entryOf(5, messageOf({ text: 'stop', reply_to_message: { photo: [file] } }), BOT);
    expect([entry?.kind, entry?.attachments]).toEqual(['stop', undefined]);
  });

  it.each([
    ['its sender’s own', { from: { id: 1, is_bot: false, first_name: 'Ada' } }, true],
    ['somebody else’s', { from: { id: 2, is_bot: false, first_name: 'Bob' } }, undefined],
    [
      'what its sender had forwarded',
      {
        from: { id: 1, is_bot: false, first_name: 'Ada' },
        forward_origin: { type: 'hidden_user', sender_user_name: 'Eve' },
      },
      undefined,
    ],
    ['nobody’s', {}, undefined],
  ])('tells whose words a message answers to: %s', (_whose, replied, isOwn) => {
    const message = messageOf({ text: 'yes', reply_to_message: { message_id: 8, text: 'before', ...replied } });
    expect(entryOf(5, message, BOT)?.replyTo?.isOwn).toBe(isOwn);
  });

  it.each([
    ['/new', 'command', { name: 'new', args: '' }],
    ['/Help@clawbot me please', 'command', { name: 'help', args: 'me please' }],
    ['/stop', 'stop', { name: 'stop', args: '' }],
    ['Stop!', 'stop', undefined],
    ['/help@OtherBot', 'message', undefined],
    ['see /help', 'message', undefined],
    ['/usr/bin is a folder', 'message', undefined],
  ])('reads "%s" as %s', (text, kind, command) => {
    const entry = entryOf(5, messageOf({ text }), BOT);
    expect({ kind: entry?.kind, command: entry?.command }).toEqual({ kind, command });
  });

  it('takes what somebody has chosen from another bot for that bot’s words', () => {
    const via_bot = { id: 9, is_bot: true, first_name: 'Quotes' };
    expect(entryOf(5, messageOf({ text: '/new', via_bot }), BOT)).toMatchObject({
      kind: 'message',
      forwardedFrom: 'Quotes',
    });
  });

  it('does not obey forwarded commands or stop words', () => {
    const kinds = ['/new', 'stop'].map(
      (text) => entryOf(5, messageOf({ text, forward_sender_name: 'Eve' }), BOT)?.kind,
    );
    expect(kinds).toEqual(['message', 'message']);
  });

  it('finds nothing to answer in a service message', () => {
    expect(entryOf(5, messageOf({ new_chat_members: [{ id: 7000 }] }), BOT)).toBeNull();
  });
});

describe('visitorOf', () => {
  it.each([
    ['a mention', { text: 'hey @clawbot', entities: [{ type: 'mention', offset: 4, length: 8 }] }],
    [
      'a reply to the bot',
      { text: 'yes', reply_to_message: { message_id: 1, from: { id: 7000, is_bot: true, first_name: 'C' } } },
    ],
    ['a command', { text: '/help' }],
  ])('sees that %s addresses the bot', (_how, fields) => {
    expect(visitorOf(messageOf({ chat: group, ...fields }), BOT)).toEqual({
      place: { id: '-100', kind: 'group' },
      sender: { id: '1', isBot: false },
      speaksAsChat: false,
      addressed: true,
    });
  });

  it('is not called by what only belongs to a topic that the bot has opened', () => {
    const from = { id: 7000, is_bot: true, first_name: 'C' };
    const reply_to_message = { message_id: 17, from, forum_topic_created: { name: 'Plans' } };
    const message = messageOf({ chat: group, text: 'hi all', message_thread_id: 17, reply_to_message });
    expect(visitorOf(message, BOT).addressed).toBe(false);
  });

  it.each([
    ['/help@OtherBot', true],
    ['/help@OtherBot and @clawbot', true],
    ['/help@clawbot', false],
    ['/help', false],
    ['ask @OtherBot', false],
  ])('tells of "%s" whether it is a command for another bot', (text, callsAnother) => {
    expect(visitorOf(messageOf({ chat: group, text }), BOT).callsAnother ?? false).toBe(callsAnother);
  });

  it('takes a positive chat id that claims to be a group for neither', () => {
    expect(visitorOf(messageOf({ chat: { id: 1, type: 'group' }, text: 'x' }), BOT).place).toEqual({
      id: '1',
      kind: 'other',
    });
  });
});

describe('laneOf', () => {
  it('is the topic where there is one, and not a mere reply thread', () => {
    const topic = messageOf({ chat: group, message_thread_id: 17, is_topic_message: true, text: 'x' });
    const thread = messageOf({ chat: group, message_thread_id: 17, text: 'x' });
    expect([laneOf(topic, BOT), laneOf(thread, BOT)]).toEqual(['tg:7000:-100:17', 'tg:7000:-100']);
  });

  it('is the group itself in its General topic, however that is marked', () => {
    const general = messageOf({ chat: group, message_thread_id: 1, is_topic_message: true, text: 'x' });
    const privately = messageOf({ message_thread_id: 1, is_topic_message: true, text: 'x' });
    expect([laneOf(general, BOT), laneOf(privately, BOT)]).toEqual(['tg:7000:-100', 'tg:7000:1:1']);
  });
});
