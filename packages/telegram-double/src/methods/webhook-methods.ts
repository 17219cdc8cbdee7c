import { badRequest, conflict, tooManyRequests } from '../bot-api-error.ts';
import { allowedUpdatesOf, type WebhookState } from '../delivery/webhook-state.ts';
import { type Call, Described, type Methods } from './call.ts';

const maxPollS = 50;

const checkedWebhookUrl = (text: string): string => {
  if (!URL.canParse(text) || !/^https?:/i.test(text)) throw badRequest('invalid webhook URL specified');
  const url = new URL(text);
  if (['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) && /^https?:$/.test(url.protocol)) return text;
  if (url.protocol !== 'https:') throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
  if (!['', '443', '80', '88', '8443'].includes(url.port))
    throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443');
  if (/^(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254|0)\./.test(url.hostname))
    throw badRequest(`bad webhook: IP address ${url.hostname} is reserved`);
  return text;
};

const checkedSecret = (secret: string): string => {
  if (secret.length > 256) throw badRequest('secret token is too long');
  if (!/^[\w-]*$/.test(secret)) throw badRequest('secret token contains unallowed characters');
  return secret;
};

const mask = (call: Call, known: WebhookState): Pick<WebhookState, 'allowedUpdates'> => {
  const given = call.params.json('allowed_updates', 'allowed updates');
  if (given === undefined) return known.allowedUpdates === undefined ? {} : { allowedUpdates: known.allowedUpdates };
  const allowedUpdates = allowedUpdatesOf(given);
  return allowedUpdates === undefined ? {} : { allowedUpdates };
};

const setWebhook = (call: Call): unknown => {
  const { params, mailbox } = call;
  if (params.text('url') === '') return deleteWebhook(call);
  const url = checkedWebhookUrl(params.text('url').trim());
  const secretToken = checkedSecret(params.text('secret_token'));
  const known = mailbox.state();
  const maxConnections = Math.min(100, Math.max(1, params.int('max_connections') ?? 40));
  const ipAddress = params.text('ip_address');
  const next: WebhookState = {
    url,
    secretToken,
    maxConnections,
    ...mask(call, known),
    ...(ipAddress === '' ? {} : { ipAddress }),
    setAtMs: call.world.clock.now(),
  };
  const same = (['url', 'secretToken', 'maxConnections', 'ipAddress'] as const).every(
    (name) => known[name] === next[name],
  );
  const sameMask = JSON.stringify(known.allowedUpdates) === JSON.stringify(next.allowedUpdates);
  const drops = params.bool('drop_pending_updates');
  if (same && sameMask && !drops) return new Described(true, 'Webhook is already set');
  if (known.url !== '' && next.setAtMs - known.setAtMs < 1000) throw tooManyRequests(1);
  if (drops) mailbox.queue.clear();
  mailbox.change(next);
  call.takeOverPolling('terminated by setWebhook request');
  call.sender.pump();
  return new Described(true, 'Webhook was set');
};

const deleteWebhook = (call: Call): unknown => {
  const { mailbox, params } = call;
  if (params.bool('drop_pending_updates')) mailbox.queue.clear();
  const { allowedUpdates, url } = mailbox.state();
  if (url === '') return new Described(true, 'Webhook is already deleted');
  mailbox.change({
    url: '',
    secretToken: '',
    maxConnections: 40,
    setAtMs: 0,
    ...(allowedUpdates === undefined ? {} : { allowedUpdates }),
  });
  return new Described(true, 'Webhook was deleted');
};

const webhookInfo = ({ mailbox }: Call): unknown => {
  const state = mailbox.state();
  return {
    url: state.url,
    has_custom_certificate: false,
    pending_update_count: mailbox.queue.pending().length,
    ...(state.url === ''
      ? {}
      : {
          max_connections: state.maxConnections,
          ...(state.ipAddress === undefined ? {} : { ip_address: state.ipAddress }),
        }),
    ...(state.lastErrorDateS === undefined
      ? {}
      : { last_error_date: state.lastErrorDateS, last_error_message: state.lastErrorMessage }),
    ...(state.allowedUpdates === undefined ? {} : { allowed_updates: state.allowedUpdates }),
  };
};

const getUpdates = async (call: Call): Promise<unknown> => {
  const { mailbox, params, world } = call;
  if (mailbox.state().url !== '')
    throw conflict(
      "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
  const superseded = call.takeOverPolling(
    'terminated by other getUpdates request; make sure that only one bot instance is running',
  );
  if (params.has('allowed_updates')) {
    const { allowedUpdates: _before, ...state } = mailbox.state();
    mailbox.change({ ...state, ...mask(call, mailbox.state()) });
  }
  const offset = params.int('offset') ?? 0;
  const limit = Math.min(100, Math.max(1, params.int('limit') ?? 100));
  const pending = mailbox.queue.pending();
  const first = offset < 0 ? (pending.at(offset) ?? pending[0])?.updateId : offset;
  if (first !== undefined && first > 0)
    for (const { updateId } of pending) if (updateId < first) mailbox.queue.remove(updateId);
  const deadlineMs = world.clock.now() + Math.min(maxPollS, Math.max(0, params.int('timeout') ?? 0)) * 1000;
  for (;;) {
    if (superseded.aborted) throw conflict(String(superseded.reason));
    const ready = mailbox.queue.pending().slice(0, limit);
    const leftMs = deadlineMs - world.clock.now();
    if (ready.length > 0 || leftMs <= 0 || call.signal.aborted) return ready.map((update) => update.body);
    const added = new AbortController();
    mailbox.queue.onNextAdd(() => added.abort());
    await world.clock.sleep(leftMs, AbortSignal.any([superseded, call.signal, added.signal]));
  }
};

export const webhookMethods: Methods = {
  setwebhook: setWebhook,
  deletewebhook: deleteWebhook,
  getwebhookinfo: webhookInfo,
  getupdates: getUpdates,
  logout: () => true,
  close: () => true,
};
