import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readLane } from '@agent-claw/aws/lane-item';
import { laneKey } from '@agent-claw/aws/table';
import { laneIdOf } from '@agent-claw/core';
import { DeleteItemCommand, DynamoDBClient, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { FaultMatch } from '@agent-claw/embedded-aws';
import type { MessageView, WebhookView } from '@agent-claw/telegram-double';
import { startSystem } from './local-system.ts';
import type { SentFault, SystemUnderTest } from './local-system.ts';
import { OWNER } from './owner-chat.ts';
import { until } from './until.ts';
import { watchTelegram } from './watched-telegram.ts';
import type { WatchedTelegram } from './watched-telegram.ts';

export const BOT_ID = '7000009';
const TOKEN_HALF = 'AAcanary-of-the-token_0123456789abc';
/** Of the form that BotFather gives out. Its first half is the bot's id, which is no secret: Telegram shows it to everybody. */
export const TOKEN = `${BOT_ID}:${TOKEN_HALF}`;
export const TOKEN_CANARIES = [
  { name: 'token', value: TOKEN },
  { name: 'secret half of the token', value: TOKEN_HALF },
  { name: 'file URL', value: `/file/bot${BOT_ID}` },
] as const;

/** One for everything that people and the bot say: none of them is a word of any language. */
export const WORDS = {
  said: 'zqsaidword',
  answered: 'zqanswerword',
  edited: 'zqeditedword',
  fileContent: 'zqcontentword',
  fileName: 'zqfilename',
  caption: 'zqcaptionword',
  quoted: 'zqquotedword',
  senderName: 'zqsendername',
  strangerSaid: 'zqstrangerword',
  strangerName: 'zqstrangername',
  argument: 'zqargumentword',
  command: 'zqcommandword',
  groupTitle: 'zqgrouptitle',
  groupSaid: 'zqgroupword',
  transcript: 'zqvoiceword',
  toolPath: 'zqtoolpath',
  unreadable: 'zqunreadableword',
  guestName: 'zqguestname',
  guestSaid: 'zqguestword',
  pressed: 'zqpressedword',
  callPath: 'zqcallpath',
  callContent: 'zqcallcontent',
  sentName: 'zqsentname',
  sentCaption: 'zqsentcaption',
  spoken: 'zqspokenword',
  albumCaption: 'zqalbumcaption',
} as const;

export interface CanaryWorld extends AsyncDisposable {
  readonly system: SystemUnderTest;
  readonly telegram: WatchedTelegram;
  /** All that the system and its Telegram keep. */
  readonly dataDir: string;
  /** The file that every request to the system's process is written to. */
  readonly recording: string;
  readonly webhookUrl: string;
  /** Each that Telegram has ever been told, newest last. */
  webhookSecrets(): readonly string[];
  /** What other texts were shown to whoever runs this. */
  readonly told: string[];
  driver<Answer>(path: string, body?: object): Promise<Answer>;
  /** The owner writes. @returns the message's id. */
  say(text: string, more?: object): Promise<number>;
  /** Several make an album. */
  send(files: File | readonly File[], fields?: Readonly<Record<string, string>>): Promise<void>;
  history(chat?: string | number): Promise<readonly MessageView[]>;
  fail(match: FaultMatch, fault: SentFault, times: number): Promise<void>;
  putWake(body: string): Promise<void>;
  /** One request to the registrar as CloudFormation makes it. */
  registrar(type: 'Create' | 'Update' | 'Delete', properties?: object, before?: object): Promise<void>;
  /** The owner's lane as it is stored. */
  lane(): ReturnType<typeof readLane>;
  /** The time of the menu or card under this message in the owner's chat is over. */
  expire(messageId: number): Promise<void>;
  /** What `Ref` gives for the one resource whose logical id is this word and a hash. */
  refOf(id: string): string;
  /** No update is undelivered and nothing waits in the owner's lane. A lane that was told to wait is rung before its time. */
  rest(): Promise<void>;
  /** The lanes and conversations go, what waits in them unanswered. */
  forgetLane(): Promise<void>;
  logged(pattern: RegExp): Promise<void>;
  /** Takes every fault back. @returns those that had nothing to hit. */
  heal(): Promise<readonly string[]>;
}

/** Stands for a lane that has not got its updates. */
const BUSY: { readonly inbox: Readonly<Record<string, unknown>>; readonly turn?: undefined } = {
  inbox: { undelivered: {} },
};
/** More often would only keep a leg at work company. */
const RING_EVERY_MS = 3_000;

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const posted = async <Answer>(url: string, init: RequestInit = {}): Promise<Answer> => {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} was answered with ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
};

const asJson = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Flags and environment of a system whose Telegram is `telegram` and whose process writes down what it is asked. */
export const canaryStart = (dataDir: string, telegram: WatchedTelegram, recording: string) => ({
  dataDir,
  flags: ['--telegram-api-root', telegram.url, '--telegram-token', TOKEN, '--owner', String(OWNER)],
  environment: {
    AGENT_CLAW_HEARTBEAT_HOURS: '',
    NODE_OPTIONS: `--import=${pathToFileURL(here('./record-requests.ts')).href}`,
    RECORD_REQUESTS_TO: recording,
  },
});

/** @param folder gets `data`, as `npm start` keeps it, and the recording beside it. */
export const startCanaryWorld = async (folder: string): Promise<CanaryWorld> => {
  const dataDir = join(folder, 'data');
  const recording = join(folder, 'requests.jsonl');
  const telegram = await watchTelegram({ token: TOKEN, ownerId: OWNER, dataDir: join(dataDir, 'telegram') });
  const system = await startSystem(canaryStart(dataDir, telegram, recording)).catch(async (error: unknown) => {
    await telegram[Symbol.asyncDispose]();
    throw error;
  });
  const sqs = new SQSClient(system.aws);
  const refOf = (id: string): string =>
    Object.entries(system.refs).find(([key]) => key.replace(/[0-9A-F]{8}$/u, '') === id)?.[1] ?? '';
  const webhook = telegram.calls('setWebhook').at(-1) ?? {};
  const messages = `${telegram.url}/_double/chats/${OWNER}/messages`;
  const state: { planted: string[] } = { planted: [] };

  const undelivered = async (): Promise<number> => {
    const view = await posted<WebhookView>(`${telegram.url}/_double/webhook`);
    return view.pendingUpdateCount + view.inFlight.length;
  };
  const table = { client: new DynamoDBClient(system.aws), tableName: refOf('TablesState') };
  const laneId = laneIdOf({ channel: 'tg', account: BOT_ID, place: String(OWNER) });
  const lane = (): ReturnType<typeof readLane> => readLane(table, laneId);
  const putWake = async (MessageBody: string): Promise<void> =>
    void (await sqs.send(new SendMessageCommand({ QueueUrl: refOf('WakesQueue'), MessageBody })));
  const tail = (): string => system.logs().split('\n').slice(-40).join('\n');

  return {
    system,
    telegram,
    dataDir,
    recording,
    webhookUrl: String(webhook['url']),
    webhookSecrets: () => telegram.calls('setWebhook').map((call) => String(call['secret_token'])),
    told: [],
    driver: (path, body) => posted(`${telegram.url}/_double/${path}`, body === undefined ? {} : asJson(body)),
    say: async (text, more = {}) => {
      const sent = await posted<{ messages: readonly MessageView[] }>(messages, asJson({ text, ...more }));
      return sent.messages[0]?.messageId ?? 0;
    },
    send: async (files, fields = {}) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      for (const [index, file] of [files].flat().entries()) form.append(`file${index === 0 ? '' : index}`, file);
      await posted(messages, { method: 'POST', body: form });
    },
    history: async (chat = OWNER) => {
      const url = `${telegram.url}/_double/chats/${chat}/messages?limit=200`;
      return (await posted<{ messages: readonly MessageView[] }>(url)).messages;
    },
    fail: async (match, fault, times) => {
      state.planted.push(`${fault.kind} at ${match.action}`);
      await system.inject(match, fault, times);
    },
    putWake,
    lane,
    expire: async (messageId) => {
      const update = new UpdateItemCommand({
        TableName: table.tableName,
        Key: laneKey(laneId),
        UpdateExpression: 'SET menus.#id.expiresAtMs = :past',
        ExpressionAttributeNames: { '#id': String(messageId) },
        ExpressionAttributeValues: { ':past': { N: String(Date.now() - 1_000) } },
      });
      await table.client.send(update);
    },
    refOf,
    registrar: async (RequestType, properties = {}, before) => {
      const name =
        Object.entries(system.refs).find(([id]) => id.startsWith('WebhookRegistrarServiceFunction'))?.[1] ?? '';
      const ResourceProperties = {
        WebhookUrl: String(webhook['url']),
        BotTokenVersion: '1',
        Delivery: 'webhook',
        OwnerId: String(OWNER),
        SecretGeneration: '0',
        ...properties,
      };
      const event = {
        RequestType,
        ResourceProperties,
        ...(before === undefined ? {} : { OldResourceProperties: { ...ResourceProperties, ...before } }),
        ResponseURL: `${telegram.url}/cloudformation`,
        StackId: 'stack',
        RequestId: 'request',
        LogicalResourceId: 'WebhookRegistrar',
        PhysicalResourceId: 'telegram-webhook',
      };
      const authorization = `AWS4-HMAC-SHA256 Credential=${system.aws.credentials.accessKeyId}/20260101/${system.aws.region}/lambda/aws4_request, SignedHeaders=host, Signature=0`;
      const response = await fetch(`${system.aws.endpoint}/2015-03-31/functions/${name}/invocations`, {
        method: 'POST',
        headers: { authorization },
        body: JSON.stringify(event),
      });
      if (!response.ok) throw new Error(`The registrar was not invoked: ${response.status} ${await response.text()}`);
    },
    forgetLane: async () => {
      for (const TableName of [table.tableName, refOf('TablesConversations')]) {
        const { Items = [] } = await table.client.send(new ScanCommand({ TableName, ConsistentRead: true }));
        for (const { pk, sk } of Items)
          if (pk !== undefined && sk !== undefined)
            await table.client.send(new DeleteItemCommand({ TableName, Key: { pk, sk } }));
      }
    },
    rest: async () => {
      const state = { rungAtMs: performance.now() };
      const isAtRest = async (): Promise<boolean> => {
        // In this order: what is delivered is in the lane.
        const { inbox = {}, turn } = (await undelivered()) > 0 ? BUSY : ((await lane()) ?? {});
        if (turn === undefined && Object.keys(inbox).length === 0) return true;
        if (performance.now() - state.rungAtMs > RING_EVERY_MS) {
          state.rungAtMs = performance.now();
          await putWake(JSON.stringify({ v: 1, laneId }));
        }
        return false;
      };
      await until('a system at rest', 60_000, isAtRest, tail);
    },
    logged: async (pattern) => {
      const before = system.logs().length;
      await until(`a log line like ${pattern}`, 40_000, async () => pattern.test(system.logs().slice(before)), tail);
    },
    heal: async () => {
      const { planted } = state;
      state.planted = [];
      const { faults } = await posted<{ faults: readonly { readonly method: string; readonly kind: string }[] }>(
        `${telegram.url}/_double/faults`,
      );
      const unspent = faults.map(({ method, kind }) => `${kind} of ${method}`);
      const unanswered = await telegram.heal();
      const fired = await system.heal();
      return [...unspent, ...unanswered, ...(planted.length > 0 && fired === 0 ? planted : [])];
    },
    [Symbol.asyncDispose]: async () => {
      sqs.destroy();
      table.client.destroy();
      await system[Symbol.asyncDispose]();
      await telegram[Symbol.asyncDispose]();
    },
  };
};
