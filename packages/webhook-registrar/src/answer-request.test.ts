import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '@agent-claw/core';
import { describe, expect, it } from 'vitest';
import { answerCloudFormation } from './answer-cloudformation.ts';
import { createAnswerRequest } from './answer-request.ts';
import { parseRequest } from './cloudformation-event.ts';

const DATA = { BotId: '7000', BotUsername: 'claw_bot', WebhookSecretDigests: 'd', ClaimLink: 'none: x' };
const silent: Log = { info: () => {}, warn: () => {}, error: () => {}, with: () => silent };
const never = new AbortController().signal;

/** Takes CloudFormation's place; the first answers can be made to fail. */
const aReceiver = async (failures = 0) => {
  const answers: { contentType: string | undefined; body: unknown }[] = [];
  let left = failures;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      if (left > 0) {
        left -= 1;
        response.writeHead(503).end();
        return;
      }
      answers.push({ contentType: request.headers['content-type'], body: JSON.parse(body) });
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    answers,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=x`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const anEvent = (ResponseURL: string, overrides: Record<string, unknown> = {}) => ({
  RequestType: 'Create',
  ResponseURL,
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Webhook',
  ResourceType: 'Custom::TelegramWebhook',
  ResourceProperties: {
    ServiceToken: 'arn',
    WebhookUrl: 'https://ours.example/telegram/webhook',
    BotTokenVersion: '1',
    Delivery: 'webhook',
    SecretGeneration: '0',
  },
  ...overrides,
});

const answering = (register: () => Promise<typeof DATA>) =>
  createAnswerRequest({ register, unregister: async () => {}, answer: answerCloudFormation, log: silent });

const envelope = {
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Webhook',
  PhysicalResourceId: 'telegram-webhook',
};

describe('answer-request', () => {
  it('answers with the attributes and a stable id, without a content type, and tries again when the answer fails', async () => {
    await using receiver = await aReceiver(2);
    await answering(async () => DATA)(anEvent(receiver.url), never);
    expect(receiver.answers).toEqual([
      { contentType: undefined, body: { Status: 'SUCCESS', Data: DATA, ...envelope } },
    ]);
  });

  it('answers a failure with its reason', async () => {
    await using receiver = await aReceiver();
    await answering(async () => Promise.reject(new Error('Put the token in.')))(anEvent(receiver.url), never);
    expect(receiver.answers[0]?.body).toEqual({ Status: 'FAILED', Reason: 'Put the token in.', ...envelope });
  });

  it('keeps the text of foreign errors out of the reason', async () => {
    await using receiver = await aReceiver();
    await answering(async () => Promise.reject(new SyntaxError('Unexpected token in 7000:AAE')))(
      anEvent(receiver.url),
      never,
    );
    expect(receiver.answers[0]?.body).toEqual({
      Status: 'FAILED',
      Reason: "Registering the webhook failed (SyntaxError). The function's log has the details.",
      ...envelope,
    });
  });

  it('answers a request with wrong properties', async () => {
    await using receiver = await aReceiver();
    await answering(async () => DATA)(anEvent(receiver.url, { ResourceProperties: { Delivery: 'pigeon' } }), never);
    expect(receiver.answers[0]?.body).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('Delivery') });
  });

  it('answers before the time is up when the work hangs', async () => {
    await using receiver = await aReceiver();
    const abort = new AbortController();
    const answered = answering(() => new Promise(() => {}))(anEvent(receiver.url), abort.signal);
    abort.abort();
    await answered;
    expect(receiver.answers[0]?.body).toMatchObject({
      Status: 'FAILED',
      Reason: 'Telegram or Secrets Manager took too long. Deploy again.',
    });
  });

  it('never stands in the way of deleting the stack', async () => {
    await using receiver = await aReceiver();
    const answer = createAnswerRequest({
      register: async () => DATA,
      unregister: async () => Promise.reject(new Error('Telegram is away')),
      answer: answerCloudFormation,
      log: silent,
    });
    await answer(anEvent(receiver.url, { RequestType: 'Delete', PhysicalResourceId: 'telegram-webhook' }), never);
    expect(receiver.answers[0]?.body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'telegram-webhook' });
  });

  const numbers = (BotTokenVersion: string, SecretGeneration: string) => ({ BotTokenVersion, SecretGeneration });
  const anUpdate = (url: string, before: object, after: object) =>
    anEvent(url, {
      RequestType: 'Update',
      PhysicalResourceId: 'telegram-webhook',
      OldResourceProperties: { ...anEvent(url).ResourceProperties, ...before },
      ResourceProperties: { ...anEvent(url).ResourceProperties, ...after },
    });

  it('replaces the webhook secret only when its generation rises, and goes back when a number falls', () => {
    const movement = (before: object, after: object) => {
      const { replaceSecret, goesBack } = parseRequest(anUpdate('https://x.example', before, after));
      return { replaceSecret, goesBack };
    };
    const { replaceSecret, goesBack } = parseRequest(anEvent('https://x.example'));
    expect({ replaceSecret, goesBack }).toEqual({ replaceSecret: false, goesBack: false });
    expect(movement(numbers('1', '0'), numbers('1', '0'))).toEqual({ replaceSecret: false, goesBack: false });
    expect(movement(numbers('9', '9'), numbers('10', '10'))).toEqual({ replaceSecret: true, goesBack: false });
    expect(movement(numbers('10', '0'), numbers('9', '0'))).toEqual({ replaceSecret: false, goesBack: true });
    expect(movement(numbers('1', '10'), numbers('1', '9'))).toEqual({ replaceSecret: false, goesBack: true });
    expect(movement(numbers('2', '0'), { ...numbers('1', '0'), Delivery: 'polling' })).toEqual({
      replaceSecret: false,
      goesBack: false,
    });
  });

  it('never stands in the way of rolling an update back, even when nothing can be read or it hangs', async () => {
    await using receiver = await aReceiver();
    const back = anUpdate(receiver.url, numbers('2', '0'), numbers('1', '0'));
    await answering(async () => Promise.reject(new Error('AccessDenied')))(back, never);
    await answering(() => new Promise(() => {}))(back, AbortSignal.abort());
    const Data = { BotId: '0', BotUsername: '', WebhookSecretDigests: '', ClaimLink: 'none: there is no bot yet' };
    const notConnected = { contentType: undefined, body: { Status: 'SUCCESS', Data, ...envelope } };
    expect(receiver.answers).toEqual([notConnected, notConnected]);
  });
});
