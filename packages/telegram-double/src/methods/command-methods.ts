import { codePoints, plainText } from '../text/plain-text.ts';
import { badRequest } from '../bot-api-error.ts';
import type { ChatRecord } from '../world/records.ts';
import type { World } from '../world/world.ts';
import type { Call, Methods } from './call.ts';

export interface BotCommand {
  readonly command: string;
  readonly description: string;
}

const table = (world: World, botId: number) => world.journal.table<readonly BotCommand[]>(`commands:${botId}`);

const slotOf = (call: Call): string => {
  const scope = (call.params.json('scope', 'BotCommandScope') ?? { type: 'default' }) as Record<string, unknown>;
  const type = plainText(scope['type']);
  const known = [
    'default',
    'all_private_chats',
    'all_group_chats',
    'all_chat_administrators',
    'chat',
    'chat_administrators',
    'chat_member',
  ];
  if (!known.includes(type)) throw badRequest("can't parse BotCommandScope: unsupported type specified");
  return slot([type, scope['chat_id'], scope['user_id']], call.params.text('language_code'));
};

const slot = (scope: readonly unknown[], language: string): string =>
  `${scope
    .filter((part) => part !== undefined)
    .map(plainText)
    .join('/')}|${language}`;

/** What a person's client offers in a chat: the narrowest scope that has commands, first in the person's language. */
export const commandsFor = (world: World, botId: number, chat: ChatRecord, userId: number): readonly BotCommand[] => {
  const language = world.users.get(String(userId))?.language_code ?? '';
  const isAdmin = ['creator', 'administrator'].includes(chat.members[userId] ?? '');
  const group = [
    ['chat_member', chat.id, userId],
    ...(isAdmin ? [['chat_administrators', chat.id]] : []),
    ['chat', chat.id],
    ...(isAdmin ? [['all_chat_administrators']] : []),
    ['all_group_chats'],
    ['default'],
  ];
  const scopes = chat.type === 'private' ? [['chat', chat.id], ['all_private_chats'], ['default']] : group;
  for (const scope of scopes)
    for (const lang of language === '' ? [''] : [language, '']) {
      const commands = table(world, botId).get(slot(scope, lang));
      if (commands !== undefined) return commands;
    }
  return [];
};

export const commandMethods: Methods = {
  setmycommands: (call) => {
    const list = call.params.json('commands', 'commands');
    if (!Array.isArray(list)) throw badRequest('expected an Array of BotCommand');
    if (list.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH');
    const commands = list.map((one: Record<string, unknown>): BotCommand => {
      const command = plainText(one['command']).trim().replace(/^\//, '');
      const description = plainText(one['description']).trim();
      if (command === '') throw badRequest('command must be non-empty');
      if (codePoints(command) > 32) throw badRequest('command length must not exceed 32');
      if (description === '') throw badRequest('command description must be non-empty');
      if (codePoints(description) > 256) throw badRequest('command description length must not exceed 256');
      if (!/^[a-z0-9_]+$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
      return { command, description };
    });
    const name = slotOf(call);
    if (commands.length === 0) table(call.world, call.bot.id).delete(name);
    else table(call.world, call.bot.id).put(name, commands);
    call.world.events.publish(null, { type: 'commands' });
    return true;
  },
  getmycommands: (call) => table(call.world, call.bot.id).get(slotOf(call)) ?? [],
  deletemycommands: (call) => {
    table(call.world, call.bot.id).delete(slotOf(call));
    call.world.events.publish(null, { type: 'commands' });
    return true;
  },
};
