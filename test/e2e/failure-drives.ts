import { TOKEN, WORDS } from './canary-world.ts';
import type { CanaryWorld } from './canary-world.ts';
import type { SentFault } from './local-system.ts';
import { OWNER } from './owner-chat.ts';

/** How one way to fail is walked. */
export type Drive = (world: CanaryWorld) => Promise<void>;
export type FailurePaths = Readonly<Record<string, Drive>>;

/** What the SDK does in a function before it gives a call up. */
export const SDK_ATTEMPTS = 3;
/** And what it does in the agent's container. */
export const CONTAINER_ATTEMPTS = 4;
/** Quotes each form of the token that the caller of Telegram has, as error texts of servers and proxies do. */
export const QUOTING_TOKEN = `cannot do /bot${TOKEN}/x https://h/file/bot${TOKEN}/documents/f (${TOKEN.split(':')[1]}) ${encodeURIComponent(TOKEN)}`;
/** Quotes what people and the bot have said as well. */
export const QUOTING = `${QUOTING_TOKEN} for ${WORDS.senderName}: "${WORDS.said}" "${WORDS.answered}"`;
export const settled =
  (text: string, prepare: Drive): Drive =>
  async (world) => {
    await prepare(world);
    await world.say(text);
    await world.rest();
  };

/** The bot does not know whether its answer arrived and waits for half a minute. One of these paths is walked to its end. */
export const inDoubt =
  (text: string, prepare: Drive): Drive =>
  async (world) => {
    await prepare(world);
    const over = world.logged(/"leg_ended".*"give_back"/u);
    await world.say(text);
    await over;
    await world.forgetLane();
  };

export const refused = (
  code: string,
  status: number,
  message = QUOTING,
): Extract<SentFault, { readonly code: string }> => ({
  kind: 'error_before',
  code,
  status,
  message,
});

export const post = async (
  { webhookUrl }: CanaryWorld,
  body: string,
  secret: string | undefined,
  type = 'application/json',
): Promise<void> => {
  const headers = {
    'content-type': type,
    ...(secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret }),
  };
  // A body that is far too big is not even read to its end.
  await fetch(webhookUrl, { method: 'POST', headers, body }).catch(() => null);
};
export const anUpdate = (text: string, more: object = {}): string =>
  JSON.stringify({
    update_id: 990_000_000,
    message: {
      message_id: 1,
      date: 1_790_000_000,
      chat: { id: OWNER, type: 'private', first_name: WORDS.senderName },
      from: { id: OWNER, is_bot: false, first_name: WORDS.senderName },
      text,
      ...more,
    },
  });
