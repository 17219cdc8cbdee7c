import type { Json } from '../bot-client.ts';
import type { Scenario } from '../scenario.ts';
import { fieldsOf, owner, type World } from '../world.ts';

/** The smallest picture whose size a header tells: 3 by 2. */
const picture = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
  Buffer.from('IHDR'),
  Buffer.from([0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0, 0, 0, 0, 0]),
]);
/** Every byte there is, so that no encoding on the way can pass unseen. */
const bytes = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256));

const send = async ({ bot }: World, method: string, params: Json): Promise<Json> =>
  (await bot.call(method, { chat_id: owner, ...params })) as Json;

export const mediaScenarios: readonly Scenario[] = [
  {
    name: 'a photo is uploaded with a caption in HTML',
    run: async (world) => {
      const photo = world.bot.upload(picture, 'p.png');
      const message = await send(world, 'sendPhoto', { photo, caption: '<i>look</i> & see', parse_mode: 'HTML' });
      const [size] = message['photo'] as Json[];
      return { ...fieldsOf(message, 'caption', 'caption_entities'), ...fieldsOf(size, 'width', 'height', 'file_size') };
    },
    expected: {
      caption: 'look & see',
      caption_entities: [{ type: 'italic', offset: 0, length: 4 }],
      width: 3,
      height: 2,
      file_size: picture.length,
    },
  },
  {
    name: 'a document is uploaded, downloaded byte for byte, and sent again by its file_id',
    run: async (world) => {
      const document = world.bot.upload(bytes, 'Bericht ä.bin');
      const first = (await send(world, 'sendDocument', { document }))['document'] as Json;
      const again = (await send(world, 'sendDocument', { document: first['file_id'], caption: 'again' }))[
        'document'
      ] as Json;
      const loaded = await world.bot.download(String(again['file_id']));
      const info = await world.bot.call('getFile', { file_id: first['file_id'] });
      return [
        fieldsOf(first, 'file_name', 'file_size'),
        again['file_unique_id'] === first['file_unique_id'] && first['file_id'] !== first['file_unique_id'],
        loaded.equals(bytes),
        fieldsOf(info, 'file_size'),
      ];
    },
    expected: [{ file_name: 'Bericht ä.bin', file_size: 1024 }, true, true, { file_size: 1024 }],
  },
  {
    name: 'a document is uploaded with an inline keyboard',
    run: async (world) => {
      const reply_markup = { inline_keyboard: [[{ text: 'Keep', callback_data: 'keep' }]] };
      const message = await send(world, 'sendDocument', { document: world.bot.upload(bytes, 'a.txt'), reply_markup });
      return [fieldsOf(message['document'], 'file_name'), message['reply_markup']];
    },
    expected: [{ file_name: 'a.txt' }, { inline_keyboard: [[{ text: 'Keep', callback_data: 'keep' }]] }],
  },
  {
    name: 'an album goes out as one, its files uploaded side by side',
    run: async (world) => {
      const media = [
        { type: 'photo', media: world.bot.upload(picture, '1.png'), caption: 'both' },
        { type: 'photo', media: world.bot.upload(picture, '2.png') },
      ];
      const messages = (await world.bot.call('sendMediaGroup', { chat_id: owner, media })) as Json[];
      const ids = new Set(messages.map((message) => message['media_group_id']));
      const files = new Set(messages.map((message) => (message['photo'] as Json[])[0]?.['file_unique_id']));
      return { albums: ids.size, files: files.size, captions: messages.map(({ caption }) => caption ?? null) };
    },
    expected: { albums: 1, files: 2, captions: ['both', null] },
  },
  {
    name: 'an album is made of known files',
    run: async (world) => {
      const photo = world.bot.upload(picture, 'p.png');
      const [size] = (await send(world, 'sendPhoto', { photo }))['photo'] as Json[];
      const media = [1, 2].map(() => ({ type: 'photo', media: size?.['file_id'] }));
      const messages = (await world.bot.call('sendMediaGroup', { chat_id: owner, media })) as Json[];
      return messages.map(
        (message) => (message['photo'] as Json[])[0]?.['file_unique_id'] === size?.['file_unique_id'],
      );
    },
    expected: [true, true],
  },
  {
    name: 'a voice message keeps its length',
    run: async (world) => {
      const message = await send(world, 'sendVoice', { voice: world.bot.upload(bytes, 'v.ogg'), duration: 7 });
      return fieldsOf(message['voice'], 'duration', 'file_size');
    },
    expected: { duration: 7, file_size: 1024 },
  },
];
