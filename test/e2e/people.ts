import type { SystemUnderTest } from './local-system.ts';
import { until } from './until.ts';

/** Somebody at a phone of their own, in the private chat with the bot. */
export interface Somebody {
  readonly id: number;
  say(text: string): Promise<void>;
  /** The bot's messages as this person sees them, oldest first. */
  heard(): Promise<readonly string[]>;
  /** Waits for a message of the bot that fits. */
  hears(pattern: RegExp): Promise<string>;
  /** The buttons below all messages: what they read, and what each sends. */
  buttons(): Promise<readonly PressableButton[]>;
  /** Presses a button, in the chat of `whose` if it is made up. */
  press(button: PressableButton, whose?: number): Promise<void>;
}

export interface PressableButton {
  readonly messageId: number;
  readonly label: string;
  readonly data: string;
}

/** Calls the double's own API at this address. */
export const ask = async <Answer>(
  { url }: Pick<SystemUnderTest, 'url'>,
  path: string,
  body?: object,
): Promise<Answer> => {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${url}/_double/${path}`, body === undefined ? {} : post);
  if (!response.ok) throw new Error(`The double refused ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
};

/** Adds a person to the double's world. @returns the id. */
export const newPerson = async (system: Pick<SystemUnderTest, 'url'>, firstName: string): Promise<number> =>
  (await ask<{ id: number }>(system, 'people', { firstName })).id;

/** Opens this person's private chat with the bot. */
export const somebody = async (system: SystemUnderTest, id: number): Promise<Somebody> => {
  await ask(system, 'chats', { type: 'private', as: id });
  const messages = `chats/${id}/messages`;
  const heard = async (): Promise<readonly string[]> => {
    const { messages: all } = await ask<{
      messages: readonly { readonly from: { readonly isBot: boolean }; readonly text?: string }[];
    }>(system, `${messages}?limit=200&as=${id}`);
    return all.filter(({ from }) => from.isBot).map(({ text }) => text ?? '');
  };
  return {
    id,
    say: async (text) => void (await ask(system, messages, { text, as: id })),
    heard,
    hears: (pattern) =>
      until(
        `person ${id} to hear ${pattern}`,
        30_000,
        async () => (await heard()).find((text) => pattern.test(text)) ?? null,
        system.logs,
      ),
    buttons: async () => {
      const { messages: all } = await ask<{
        messages: readonly {
          readonly messageId: number;
          readonly buttons?: readonly (readonly { readonly text: string; readonly callbackData?: string }[])[];
        }[];
      }>(system, `${messages}?limit=200&as=${id}`);
      return all.flatMap(({ messageId, buttons = [] }) =>
        buttons.flat().map(({ text, callbackData = '' }) => ({ messageId, label: text, data: callbackData })),
      );
    },
    press: async ({ messageId, data }, whose = id) =>
      void (await ask(system, `chats/${whose}/messages/${messageId}/press`, { data, as: id })),
  };
};
