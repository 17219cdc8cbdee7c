import type { MessageView } from '@agent-claw/telegram-double';
import type { CanaryWorld } from './canary-world.ts';
import { OWNER } from './owner-chat.ts';
import { until } from './until.ts';

/** A button as it stands in a chat. */
export interface ShownButton {
  readonly chat: string | number;
  readonly messageId: number;
  readonly data: string;
}

/** The newest message of the bot after this one that `fits`. */
const shownAfter = (
  world: CanaryWorld,
  what: string,
  chat: string | number,
  after: number,
  fits: (message: MessageView) => boolean,
): Promise<MessageView> =>
  until(
    what,
    60_000,
    async () =>
      (await world.history(chat)).findLast(
        (message) => message.from.isBot && message.messageId > after && fits(message),
      ) ?? null,
    () => world.system.logs().split('\n').slice(-30).join('\n'),
  );

/** Waits for the bot to say so, after this message. */
export const answered = (
  world: CanaryWorld,
  after: number,
  pattern: RegExp,
  chat: string | number = OWNER,
): Promise<MessageView> =>
  shownAfter(world, `an answer like ${pattern}`, chat, after, ({ text }) => pattern.test(text));

/** Waits until this message of the bot reads so. */
export const reads = (world: CanaryWorld, { chat, messageId }: ShownButton, pattern: RegExp): Promise<MessageView> =>
  shownAfter(
    world,
    `message ${messageId} to read ${pattern}`,
    chat,
    messageId - 1,
    (message) => message.messageId === messageId && pattern.test(message.text),
  );

/** Waits for a button with this label, under a message after this one. */
export const buttonAfter = async (
  world: CanaryWorld,
  after: number,
  label: RegExp,
  chat: string | number = OWNER,
): Promise<ShownButton> => {
  const found = (message: MessageView) =>
    message.buttons.flat().find(({ text, callbackData }) => callbackData !== undefined && label.test(text));
  const message = await shownAfter(world, `a button like ${label}`, chat, after, (one) => found(one) !== undefined);
  return { chat, messageId: message.messageId, data: found(message)?.callbackData ?? '' };
};

/** Presses it, by default as the owner, and waits until the webhook has dealt with that. */
export const press = async (world: CanaryWorld, { chat, messageId, data }: ShownButton, as = OWNER): Promise<void> => {
  const dealtWith = world.logged(/webhook_answered/u);
  await world.driver(`chats/${chat}/messages/${messageId}/press`, { data, as });
  await dealtWith;
};

/** The owner writes, and presses what is offered. @returns the button. */
export const askAndPress = async (world: CanaryWorld, text: string, label: RegExp): Promise<ShownButton> => {
  const button = await buttonAfter(world, await world.say(text), label);
  await world.rest();
  await press(world, button);
  return button;
};
