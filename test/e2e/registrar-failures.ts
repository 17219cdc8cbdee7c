import { TOKEN, WORDS } from './canary-world.ts';
import { anUpdate, post, QUOTING_TOKEN, refused, SDK_ATTEMPTS } from './failure-drives.ts';
import type { Drive, FailurePaths } from './failure-drives.ts';
import { refusal, saying } from './watched-telegram.ts';

const registering =
  (prepare: Drive, run: Drive = (world) => world.registrar('Update')): Drive =>
  async (world) => {
    world.telegram.twist('/cloudformation', 3, saying(200, ''));
    await prepare(world);
    await run(world);
  };

/** What the registrar meets when the stack is deployed, rolled back and deleted. */
export const REGISTRAR: FailurePaths = {
  'getMe: 401 that quotes everything': registering(async ({ telegram }) =>
    telegram.twist('/getMe', 1, refusal(401, `Unauthorized ${QUOTING_TOKEN}`)),
  ),
  'getMe: 502 with HTML': registering(async ({ telegram }) => telegram.fault({ method: 'getMe', kind: 'html' })),
  'getMe: reset': registering(async ({ telegram }) => telegram.fault({ method: 'getMe', kind: 'reset_before' })),
  'getMe: no JSON': registering(async ({ telegram }) =>
    telegram.twist('/getMe', 1, saying(200, `{"ok":tru ${QUOTING_TOKEN}`)),
  ),
  'getMe: another shape': registering(async ({ telegram }) =>
    telegram.twist('/getMe', 1, saying(200, JSON.stringify({ ok: true, result: { [TOKEN]: TOKEN } }))),
  ),
  'setWebhook: 400 that quotes everything': registering(async (world) => {
    const secret = world.webhookSecrets().at(-1) ?? '';
    world.telegram.twist(
      '/setWebhook',
      1,
      refusal(400, `Bad Request: ${secret} ${Buffer.from(secret).toString('base64')} ${QUOTING_TOKEN}`),
    );
  }),
  'setWebhook: 429': registering(async ({ telegram }) =>
    telegram.fault({ method: 'setWebhook', kind: 'flood', retryAfterS: 1 }),
  ),
  'setWebhook: reset after': registering(async ({ telegram }) =>
    telegram.fault({ method: 'setWebhook', kind: 'reset_after' }),
  ),
  'getWebhookInfo: another address': registering(async ({ telegram }) =>
    telegram.twist(
      '/getWebhookInfo',
      1,
      saying(200, JSON.stringify({ ok: true, result: { url: `https://h/bot${TOKEN}` } })),
    ),
  ),
  'setMyCommands: 400': registering(async ({ telegram }) =>
    telegram.twist('/setMyCommands', 1, refusal(400, QUOTING_TOKEN)),
  ),
  'a secret that cannot be read': registering((world) =>
    world.fail({ action: 'secretsmanager:GetSecretValue' }, refused('InternalServiceError', 500), SDK_ATTEMPTS),
  ),
  'properties that are wrong': registering(
    async () => undefined,
    (world) => world.registrar('Update', { WebhookUrl: 'nowhere', Delivery: 'pigeon' }),
  ),
  'a rollback while Telegram refuses': registering(
    async ({ telegram }) => telegram.twist('/getMe', 1, refusal(401, QUOTING_TOKEN)),
    (world) => world.registrar('Update', { BotTokenVersion: '1' }, { BotTokenVersion: '2' }),
  ),
  'a deletion while Telegram refuses': registering(
    async ({ telegram }) => telegram.twist('/getWebhookInfo', 1, refusal(401, QUOTING_TOKEN)),
    (world) => world.registrar('Delete'),
  ),
  'an answer that CloudFormation does not take': async (world) => {
    world.telegram.twist('/cloudformation', 3, saying(500, QUOTING_TOKEN));
    await world.registrar('Update');
  },
  // From here on Telegram and the webhook know different secrets: nothing is delivered any more.
  'a new webhook secret that cannot be stored': registering(
    (world) =>
      world.fail({ action: 'secretsmanager:PutSecretValue' }, refused('InternalServiceError', 500), SDK_ATTEMPTS),
    (world) => world.registrar('Update', { SecretGeneration: '1' }, { SecretGeneration: '0' }),
  ),
  'a new webhook secret that Telegram refuses': registering(
    async ({ telegram }) => telegram.twist('/setWebhook', 1, refusal(400, QUOTING_TOKEN)),
    (world) => world.registrar('Update', { SecretGeneration: '1' }, { SecretGeneration: '0' }),
  ),
  'a new webhook secret, and deliveries with it that the old one refuses': registering(
    async () => undefined,
    async (world) => {
      await world.registrar('Update');
      await post(world, anUpdate(`say ${WORDS.said}`), world.webhookSecrets().at(-1));
    },
  ),
};
