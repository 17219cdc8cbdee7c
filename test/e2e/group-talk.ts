import type { ChatView, DoubleState, MessageView } from '@agent-claw/telegram-double';
import type { SystemUnderTest } from './local-system.ts';
import { ask } from './people.ts';
import { until } from './until.ts';

/** A group as the people in it use it, through the double's own API. */
export interface GroupTalk {
  readonly id: string;
  /** Says something as somebody. @returns the message's number. */
  say(as: number, text: string, place?: { readonly threadId?: number; readonly replyTo?: number }): Promise<number>;
  /** The bot's messages in the group, or in one of its topics. */
  heard(threadId?: number): Promise<readonly MessageView[]>;
  /** Waits for a message of the bot that fits. */
  hears(pattern: RegExp, threadId?: number): Promise<MessageView>;
  /** Presses the newest button that reads `label`. */
  press(as: number, label: string): Promise<void>;
  newTopic(name: string): Promise<number>;
  /** True while the bot is in it. */
  hasBot(): Promise<boolean>;
  /** Takes the bot out of it. */
  removeBot(as: number): Promise<void>;
  /** The group becomes a supergroup. */
  migrate(): Promise<GroupTalk>;
}

export const botOf = async (system: SystemUnderTest): Promise<{ readonly id: number; readonly username: string }> => {
  const [bot] = (await ask<DoubleState>(system, 'state')).bots;
  if (bot?.username === undefined) throw new Error('The double has no bot.');
  return { id: bot.id, username: bot.username };
};

/** Somebody makes a group with the bot as its administrator, who hears everything. */
export const newGroup = async (
  system: SystemUnderTest,
  as: number,
  group: {
    readonly type: 'group' | 'supergroup';
    readonly title: string;
    readonly isForum?: boolean;
    readonly members?: readonly number[];
  },
): Promise<GroupTalk> => {
  const { chatId } = await ask<ChatView>(system, 'chats', { ...group, as, botStatus: 'administrator' });
  return groupTalk(system, chatId, as);
};

const groupTalk = (system: SystemUnderTest, id: string, creator: number): GroupTalk => {
  const heard: GroupTalk['heard'] = async (threadId) => {
    const thread = threadId === undefined ? '' : `&thread=${threadId}`;
    const path = `chats/${id}/messages?limit=200&as=${creator}${thread}`;
    const { messages } = await ask<{ readonly messages: readonly MessageView[] }>(system, path);
    return messages.filter(({ from, service }) => from.isBot && service === undefined);
  };
  return {
    id,
    heard,
    say: async (as, text, place = {}) => {
      const sent = await ask<{ readonly messages: readonly MessageView[] }>(system, `chats/${id}/messages`, {
        text,
        as,
        ...place,
      });
      return sent.messages[0]?.messageId ?? 0;
    },
    hears: (pattern, threadId) =>
      until(
        `group ${id} to hear ${pattern}`,
        40_000,
        async () => (await heard(threadId)).find(({ text }) => pattern.test(text)) ?? null,
        system.logs,
      ),
    press: async (as, label) => {
      const all = (await heard()).flatMap(({ messageId, buttons }) =>
        buttons.flat().map(({ text, callbackData: data }) => ({ messageId, text, data })),
      );
      const button = all.findLast(({ text }) => text === label);
      if (button === undefined) throw new Error(`No button in group ${id} reads "${label}".`);
      await ask(system, `chats/${id}/messages/${button.messageId}/press`, { data: button.data, as });
    },
    newTopic: async (name) =>
      (await ask<{ readonly threadId: number }>(system, `chats/${id}/topics`, { name, as: creator })).threadId,
    hasBot: async () => {
      const { chats } = await ask<DoubleState>(system, `state?as=${creator}`);
      const members = chats.find(({ chatId }) => chatId === id)?.members ?? [];
      return members.some(({ person, status }) => person.isBot && status !== 'left' && status !== 'kicked');
    },
    removeBot: async (as) => {
      const { id: userId } = await botOf(system);
      await ask(system, `chats/${id}/members`, { userId, status: 'kicked', as });
    },
    migrate: async () =>
      groupTalk(system, (await ask<ChatView>(system, `chats/${id}/migrate`, { as: creator })).chatId, creator),
  };
};
