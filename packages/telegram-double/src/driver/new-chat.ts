import type { MemberStatus } from '../double-api.ts';
import { epochS } from '../clock.ts';
import { setMember } from '../world/membership.ts';
import { emptyChat } from '../world/seed.ts';
import { privateKey, userOf } from '../world/world.ts';
import { DriverError, type DriverRequest } from './driver-request.ts';
import { published } from './find-chat.ts';

/** Opens a private chat with a bot, or a group that the acting person owns. */
export const newChat = ({ deps, params, asId }: DriverRequest): unknown => {
  const { world, mailboxes } = deps;
  const bot = world.bots.find(({ id }) => id === (params.int('botId') ?? world.bots[0]?.id));
  if (bot === undefined) throw new DriverError(400, 'No such bot. GET /_double/state lists them.');
  const type = params.text('type');
  if (type === 'private') {
    userOf(world, asId);
    const key = privateKey(world, bot.id, asId);
    if (world.chats.get(key) === undefined)
      world.chats.put(key, { ...emptyChat, key, id: asId, type, botId: bot.id, createdS: epochS(world.clock) });
    return published(deps, world.chats.get(key), asId);
  }
  if ((type !== 'group' && type !== 'supergroup') || params.text('title') === '')
    throw new DriverError(400, 'A new chat needs type private, group or supergroup, and groups a title.');
  const id =
    type === 'group'
      ? -world.nextNumber('group', 5001)
      : -(1_000_000_000_000 + world.nextNumber('supergroup', 2_000_000_001));
  const people = ((params.json('members', 'members') ?? []) as number[]).map((one) => [one, 'member'] as const);
  for (const [person] of people) userOf(world, person);
  const members = Object.fromEntries([...people, [asId, 'creator' as const]]);
  const chat = {
    ...emptyChat,
    key: String(id),
    id,
    type,
    title: params.text('title'),
    isForum: params.bool('isForum'),
    createdS: epochS(world.clock),
    members,
  } as const;
  world.chats.put(chat.key, chat);
  const status = (params.text('botStatus') || 'member') as MemberStatus;
  return published(deps, status === 'left' ? chat : setMember(world, mailboxes, chat, bot.id, status, asId), asId);
};
