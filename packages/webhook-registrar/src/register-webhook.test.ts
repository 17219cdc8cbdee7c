import { createHash } from 'node:crypto';
import type { AccessRecord, Log } from '@agent-claw/core';
import { memoryAccess } from '@agent-claw/testkit';
import { describe, expect, it } from 'vitest';
import { botApi } from './bot-api.ts';
import { fakeBotApi } from './fake-bot-api.ts';
import { createRegisterWebhook, createUnregisterWebhook } from './register-webhook.ts';
import type { RegistrationRequest } from './cloudformation-event.ts';
import { parseSecret } from './secret-store.ts';
import type { SecretStore } from './secret-store.ts';

const TOKEN = '7000:AAE-only-for-tests_0123456789abcdefghij';
const URL_OURS = 'https://abc123.execute-api.eu-west-1.amazonaws.com/telegram/webhook';
const NOT_CONNECTED = { BotId: '0', BotUsername: '', WebhookSecretDigests: '', ClaimLink: 'none: there is no bot yet' };
const NAMED = 'none: the deployment names the owner';
const ROLLBACK = 'none: a rollback makes no new link';
const signal = new AbortController().signal;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const aRequest = (
  registration: Partial<RegistrationRequest['registration']> = {},
  replaceSecret = false,
): RegistrationRequest => ({
  kind: 'Create',
  registration: {
    WebhookUrl: URL_OURS,
    BotTokenVersion: '1',
    Delivery: 'webhook',
    SecretGeneration: '0',
    OwnerId: '4242001',
    ...registration,
  },
  replaceSecret,
  goesBack: false,
});

const aWorld = async (value: string, record: Partial<AccessRecord> = {}) => {
  const api = await fakeBotApi(TOKEN);
  const lines: string[] = [];
  const state = { value, minted: 0, codes: 0 };
  const access = memoryAccess({ now: () => 0 }, record);
  const log: Log = {
    info: (event, fields) => lines.push(JSON.stringify({ event, ...fields })),
    warn: (event, fields) => lines.push(JSON.stringify({ event, ...fields })),
    error: (event, error, fields) => lines.push(JSON.stringify({ event, error: String(error), ...fields })),
    with: () => log,
  };
  const secrets: SecretStore = {
    read: async () => parseSecret(state.value),
    write: async (secret) => {
      state.value = JSON.stringify(secret);
    },
  };
  const slept: number[] = [];
  const deps = {
    secrets,
    botApi: (token: string, abort: AbortSignal) => botApi(api.root, token, abort),
    newWebhookSecret: () => `minted-${(state.minted += 1)}`,
    access: access.open(),
    newClaimCode: () => `code-${(state.codes += 1)}`,
    now: () => 5,
    sleep: async (ms: number) => {
      slept.push(ms);
    },
    log,
  };
  return {
    api,
    lines,
    slept,
    access,
    stored: () => JSON.parse(state.value) as Record<string, string>,
    register: createRegisterWebhook(deps),
    unregister: createUnregisterWebhook(deps),
    methods: () => api.calls.map(({ method }) => method),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
};

describe('register-webhook', () => {
  it('succeeds without a token and lets nobody in', async () => {
    for (const value of ['', '{}', '  ']) {
      await using world = await aWorld(value);
      expect(await world.register(aRequest(), signal)).toEqual(NOT_CONNECTED);
      expect(world.api.calls).toEqual([]);
    }
  });

  it('registers the address with a fresh secret, keeps that secret and hands out only its digest', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: TOKEN }));
    expect(await world.register(aRequest(), signal)).toEqual({
      BotId: '7000',
      BotUsername: 'claw_bot',
      WebhookSecretDigests: sha256('minted-1'),
      ClaimLink: NAMED,
    });
    expect(world.stored()).toEqual({ botToken: TOKEN, webhookSecret: 'minted-1' });
    expect(world.methods()).toEqual([
      'getMe',
      'setWebhook',
      'getWebhookInfo',
      'setMyCommands',
      'setMyCommands',
      'setMyCommands',
    ]);
    expect(world.api.calls[1]?.parameters).toEqual({
      url: URL_OURS,
      secret_token: 'minted-1',
      allowed_updates: [
        'message',
        'edited_message',
        'callback_query',
        'message_reaction',
        'my_chat_member',
        'stopped_message_generation',
      ],
      max_connections: 10,
    });
  });

  it('changes nothing when it runs again', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: TOKEN }));
    const first = await world.register(aRequest(), signal);
    const stored = world.stored();
    expect(await world.register(aRequest(), signal)).toEqual(first);
    expect(world.stored()).toEqual(stored);
  });

  describe('while the deployment names no owner', () => {
    const unnamed = aRequest({ OwnerId: '' });
    const owner = { id: '77', name: 'Ada', claimedAtMs: 1 };

    it('makes a link to claim the bot with, and keeps only the digest of its code; the next run makes it worthless', async () => {
      await using world = await aWorld(JSON.stringify({ botToken: TOKEN }));
      expect((await world.register(unnamed, signal)).ClaimLink).toBe('https://t.me/claw_bot?start=code-1');
      expect(world.access.peek().claim).toEqual({ digest: sha256('code-1'), createdAtMs: 5 });
      expect(world.lines.join('\n')).not.toContain('code-1');
      expect((await world.register(unnamed, signal)).ClaimLink).toBe('https://t.me/claw_bot?start=code-2');
      expect(world.access.peek().claim?.digest).toBe(sha256('code-2'));
      expect(world.methods().filter((method) => method === 'setMyCommands')).toHaveLength(4);
    });

    it('makes none for a bot that somebody has claimed, and gives the owner the whole menu', async () => {
      await using world = await aWorld(JSON.stringify({ botToken: TOKEN }), { owner });
      expect((await world.register(unnamed, signal)).ClaimLink).toBe('none: the bot has an owner');
      expect(world.access.peek()).toEqual({ owner, guests: {}, groups: {} });
      const menus = world.api.calls.filter(({ method }) => method === 'setMyCommands');
      expect(menus.map(({ parameters }) => parameters['scope'])).toEqual([
        { type: 'all_private_chats' },
        { type: 'all_group_chats' },
        { type: 'chat', chat_id: 77 },
      ]);
      const names = menus.map(({ parameters }) =>
        (parameters['commands'] as { command: string }[]).map(({ command }) => command),
      );
      const where = (command: string) => names.map((all) => all.includes(command));
      expect([where('status'), where('access'), where('activation')]).toEqual([
        [true, true, true],
        [false, false, true],
        [false, true, false],
      ]);
    });

    it('leaves the link that the outputs show alone when the stack goes back', async () => {
      const claim = { digest: sha256('shown'), createdAtMs: 1 };
      await using world = await aWorld(JSON.stringify({ botToken: TOKEN }), { claim });
      expect((await world.register({ ...unnamed, goesBack: true }, signal)).ClaimLink).toBe(ROLLBACK);
      expect(world.access.peek().claim).toEqual(claim);
    });

    it('has no link to show without a name, and shows what to send', async () => {
      await using world = await aWorld(JSON.stringify({ botToken: TOKEN }));
      world.api.refusals.push({ method: 'getMe', error_code: 404, description: 'Not Found' });
      const external = aRequest({ OwnerId: '', Delivery: 'external' });
      expect((await world.register(external, signal)).ClaimLink).toBe('/start code-1');
    });
  });

  it('takes back a link once the deployment names the owner', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: TOKEN }), { claim: { digest: 'd', createdAtMs: 1 } });
    await world.register(aRequest(), signal);
    expect(world.access.peek()).toEqual({ guests: {}, groups: {} });
  });

  it('takes a bare token and stores it in the form that the other functions read', async () => {
    await using world = await aWorld(`${TOKEN}\n`);
    await world.register(aRequest(), signal);
    expect(world.stored()).toEqual({ botToken: TOKEN, webhookSecret: 'minted-1' });
  });

  it('accepts both secrets after a replacement and only the new one once nothing is waiting', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: TOKEN, webhookSecret: 'old' }));
    const both = `${sha256('minted-1')},${sha256('old')}`;
    expect((await world.register(aRequest({ SecretGeneration: '1' }, true), signal)).WebhookSecretDigests).toBe(both);
    world.api.webhook = { url: URL_OURS, pending_update_count: 3 };
    expect((await world.register(aRequest(), signal)).WebhookSecretDigests).toBe(both);
    world.api.webhook = { url: URL_OURS, pending_update_count: 0 };
    expect((await world.register(aRequest(), signal)).WebhookSecretDigests).toBe(sha256('minted-1'));
    expect(world.stored()).toEqual({ botToken: TOKEN, webhookSecret: 'minted-1' });
  });

  it('waits as long as Telegram asks and tries once more', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: TOKEN }));
    world.api.refusals.push({
      method: 'setWebhook',
      error_code: 429,
      description: 'Too Many Requests',
      parameters: { retry_after: 1 },
    });
    expect((await world.register(aRequest(), signal)).BotId).toBe('7000');
    expect(world.slept).toEqual([1_000]);
  });

  it('fails with the next action when Telegram refuses the token, and shows no secret anywhere', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: '7000:BBE-a-wrong-token_0123456789abcdefghij' }));
    const failure = await world.register(aRequest(), signal).then(String, (error: Error) => error.message);
    expect(failure).toBe(
      'getMe: Telegram answered 401 Unauthorized. Put the token @BotFather gave you into the secret, raise the parameter BotTokenVersion and deploy again.',
    );
  });

  it('hides token and secret in what a server says back', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: TOKEN, webhookSecret: 'hush-hush' }));
    world.api.refusals.push({
      method: 'setWebhook',
      error_code: 400,
      description: `Bad Request: ${TOKEN}, ${encodeURIComponent(TOKEN)}, ${TOKEN.split(':')[1]} and hush-hush, ${btoa('hush-hush')}`,
    });
    const failure = await world.register(aRequest(), signal).then(String, (error: Error) => error.message);
    expect(failure).toBe('setWebhook: Telegram answered 400 Bad Request: ***, ***, *** and ***, ***.');
    expect(world.lines.join('\n')).not.toMatch(/hush-hush|7000:AAE|7000%3A/u);
  });

  it('names the server, not the token, when nobody answers', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: TOKEN }));
    await world.api[Symbol.asyncDispose]();
    const failure = await world
      .register(aRequest(), signal)
      .then(String, (error: Error) => `${error.message} ${String(error.cause)}`);
    expect(failure).toMatch(
      /^getMe: no answer from 127\.0\.0\.1:\d+ \(TypeError\)\. Check that it is reachable and deploy again\. undefined$/u,
    );
  });

  it('refuses a secret that holds something else than a token without repeating it', async () => {
    await using world = await aWorld('{"botToken":"hunter2"}');
    await expect(world.register(aRequest(), signal)).rejects.toThrow(/^The secret holds no bot token\./u);
    expect(world.lines).toEqual([]);
  });

  describe('when the stack goes back to lower numbers', () => {
    const back = { ...aRequest(), kind: 'Update', goesBack: true } as const;
    const PREVIOUS = { webhookSecret: 'new', previousWebhookSecret: 'old' };

    it('registers as ever, so that a rollback reaches Telegram too, and keeps both secrets', async () => {
      await using world = await aWorld(JSON.stringify({ botToken: TOKEN, ...PREVIOUS }));
      expect(await world.register(back, signal)).toEqual({
        BotId: '7000',
        BotUsername: 'claw_bot',
        WebhookSecretDigests: `${sha256('new')},${sha256('old')}`,
        ClaimLink: ROLLBACK,
      });
      expect(world.api.webhook.url).toBe(URL_OURS);
      expect(world.stored()).toEqual({ botToken: TOKEN, ...PREVIOUS });
    });

    it('answers from the stored secret when Telegram refuses its token', async () => {
      const botToken = '7001:BBE-a-wrong-token_0123456789abcdefghij';
      await using world = await aWorld(JSON.stringify({ botToken, ...PREVIOUS }));
      expect(await world.register(back, signal)).toEqual({
        BotId: '7001',
        BotUsername: '',
        WebhookSecretDigests: `${sha256('new')},${sha256('old')}`,
        ClaimLink: ROLLBACK,
      });
      expect(world.stored()).toEqual({ botToken, ...PREVIOUS });
      expect(world.lines.join('\n')).toContain('rolled_back_without_telegram');
    });

    it('still accepts the first webhook secret when Telegram took it and then failed', async () => {
      await using world = await aWorld(JSON.stringify({ botToken: TOKEN }));
      world.api.refusals.push({ method: 'getWebhookInfo', error_code: 500, description: 'Internal Server Error' });
      expect(await world.register(back, signal)).toEqual({
        BotId: '7000',
        BotUsername: '',
        WebhookSecretDigests: sha256('minted-1'),
        ClaimLink: ROLLBACK,
      });
    });

    it('lets nobody in when the secret never had a webhook secret, or holds no token', async () => {
      await using refused = await aWorld('7001:BBE-a-wrong-token_0123456789abcdefghij');
      expect(await refused.register(back, signal)).toEqual({
        BotId: '7001',
        BotUsername: '',
        WebhookSecretDigests: '',
        ClaimLink: ROLLBACK,
      });
      await using unusable = await aWorld('{"botToken":"hunter2"}');
      expect(await unusable.register(back, signal)).toEqual(NOT_CONNECTED);
      expect(unusable.api.calls).toEqual([]);
    });
  });

  it('never takes a live webhook over for long polling', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: TOKEN }));
    world.api.webhook = { url: 'https://somewhere.example/hook', pending_update_count: 0 };
    await expect(world.register(aRequest({ Delivery: 'polling' }), signal)).rejects.toThrow(
      '@claw_bot is already served by somewhere.example; long polling would take it over. Remove that deployment first, or use another bot.',
    );
    expect(world.methods()).toEqual(['getMe', 'getWebhookInfo']);
  });

  it('leaves the webhook alone for long polling', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: TOKEN, webhookSecret: 'given' }));
    expect((await world.register(aRequest({ Delivery: 'polling' }), signal)).WebhookSecretDigests).toBe(
      sha256('given'),
    );
    expect(world.methods()).not.toContain('setWebhook');
  });

  it('accepts an external server that knows neither getMe nor webhooks', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: TOKEN, webhookSecret: 'given' }));
    for (const method of ['getMe', 'setWebhook', 'setMyCommands']) {
      world.api.refusals.push({ method, error_code: 404, description: 'Not Found' });
    }
    expect(await world.register(aRequest({ Delivery: 'external' }), signal)).toEqual({
      BotId: '7000',
      BotUsername: '',
      WebhookSecretDigests: sha256('given'),
      ClaimLink: NAMED,
    });
  });

  it('deletes its own webhook and no other', async () => {
    await using world = await aWorld(JSON.stringify({ botToken: TOKEN }));
    world.api.webhook = { url: 'https://somewhere.example/hook', pending_update_count: 0 };
    await world.unregister(aRequest(), signal);
    expect(world.api.webhook.url).toBe('https://somewhere.example/hook');
    world.api.webhook = { url: URL_OURS, pending_update_count: 0 };
    await world.unregister(aRequest(), signal);
    expect(world.api.webhook.url).toBe('');
  });
});
