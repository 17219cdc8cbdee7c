import { personView } from './page-view.ts';
import type { MessageBody, MessageRecord } from './records.ts';
import { userOf, type World } from './world.ts';

/** What arrives where a message is forwarded to: what it says and holds, with its first author; buttons and album stay behind. */
export const forwardedBody = (world: World, source: MessageRecord): MessageBody => {
  const { reply_markup: _markup, media_group_id: _album, quote: _quote, ...said } = source.body;
  // A forward brings its own origin along, which names the first author.
  return { forward_origin: originOf(world, source), ...said };
};

const originOf = (world: World, { fromId, date }: MessageRecord): Record<string, unknown> => {
  const author = userOf(world, fromId);
  return whoHide(world).get(String(fromId)) === true
    ? { type: 'hidden_user', sender_user_name: personView(author).name, date }
    : { type: 'user', sender_user: author, date };
};

/** People whose forwarded messages carry their name alone. Kept apart from their records, which bots see as they are. */
export const whoHide = (world: World) => world.journal.table<boolean>('hides_forwards');
