import { BOT_COMMANDS, GROUP_COMMANDS, OWNER_COMMANDS } from '@agent-claw/core';
import type { Log } from '@agent-claw/core';
import type { CallBotApi } from './bot-api.ts';

/** Fills the channel's command menu: what everybody may ask, and more in groups and in the owner's own chat. */
export const publishCommands = async (
  { log }: { readonly log: Log },
  call: CallBotApi,
  ownerId: string,
): Promise<void> => {
  const publish = async (commands: readonly { name: string; description: string }[], scope: object): Promise<void> => {
    try {
      await call('setMyCommands', {
        commands: commands.map(({ name, description }) => ({ command: name, description })),
        scope,
      });
    } catch (error) {
      // The menu is a convenience: commands work without it. A chat that does not exist yet has no menu of its own either.
      log.error('commands_not_published', error);
    }
  };
  await publish(BOT_COMMANDS, { type: 'all_private_chats' });
  await publish([...BOT_COMMANDS, ...GROUP_COMMANDS], { type: 'all_group_chats' });
  if (ownerId !== '') await publish([...BOT_COMMANDS, ...OWNER_COMMANDS], { type: 'chat', chat_id: Number(ownerId) });
};
