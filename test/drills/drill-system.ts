import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFaultSwitches } from '@agent-claw/embedded-aws';
import type { ActiveFault, Fault } from '@agent-claw/embedded-aws';
import { startLocal } from '@agent-claw/local/start-local';
import { DOUBLE_BOT_TOKEN, DOUBLE_OWNER_ID } from '@agent-claw/local/telegram-side';
import { systemClock } from '@agent-claw/observability/system-clock';
import { createTelegramDouble, listen } from '@agent-claw/telegram-double';
import type { Fault as BotApiFault, RecordedRequest, WebhookView } from '@agent-claw/telegram-double';
import { DynamoDBClient, DeleteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { temporaryFolder } from '../e2e/local-system.ts';
import { until } from '../e2e/until.ts';

/** Who calls AWS, by the beginning of the name. */
export const INGEST = 'AgentClaw-TgIngestFunction';
export const RUNNER = 'AgentClaw-AgentRunnerFunction';
export const CONTAINER = 'agent_claw';
export const OWNER = Number(DOUBLE_OWNER_ID);

/** An update as it went over the wire to the webhook, and what came back for each copy of it. */
export interface Delivery {
  readonly updateId: number;
  readonly statuses: readonly number[];
}

/** A request at the AWS endpoint, throttled and failed ones too. */
export interface AwsCall {
  readonly principal: string;
  readonly action: string;
}

/** The whole local system with Telegram's double beside it, every wire watched. */
export interface DrillSystem extends AsyncDisposable {
  /** Of the double. */
  readonly telegramUrl: string;
  readonly webhookUrl: string;
  readonly webhookSecret: string;
  readonly deliveries: readonly Delivery[];
  readonly awsCalls: readonly AwsCall[];
  botApiCalls(): readonly RecordedRequest[];
  logs(): string;
  /** How many times over the double posts each update, all copies at the same moment. */
  deliverCopies(count: number): void;
  failAws(who: string, action: string, fault: Fault, times: number): ActiveFault;
  failBotApi(fault: BotApiFault): void;
  /** Every fault goes, spent or not. */
  heal(): Promise<void>;
  /** Nothing is on its way any more: no update undelivered, no wake in the queue or in anybody's hands. */
  rest(): Promise<void>;
  /** The lane and its conversations go: the next message is the first one of its chat. */
  forgetChat(): Promise<void>;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const REST_WITHIN_MS = 60_000;

/** What `Ref` gives for a resource, whose logical id is its path in the stack and a hash. */
const refOf = (refs: Readonly<Record<string, string>>, path: string): string => {
  const found = Object.keys(refs).find((id) => id.startsWith(path) && /^[0-9A-F]{8}$/u.test(id.slice(path.length)));
  if (found === undefined) throw new Error(`The template has no ${path}; it has ${Object.keys(refs).join(', ')}.`);
  return refs[found] ?? '';
};

/** Faults and a record of every call, in one. */
const watchedFaults = (): { faults: ReturnType<typeof createFaultSwitches>; calls: AwsCall[] } => {
  const faults = createFaultSwitches();
  const calls: AwsCall[] = [];
  const count: typeof faults.count = (subject) => {
    calls.push({ principal: subject.principal.name, action: subject.check.action });
    faults.count(subject);
  };
  return { faults: { ...faults, count }, calls };
};

/** Telegram's double, whose deliveries can be doubled and are written down. */
const watchedTelegram = async () => {
  const deliveries: Delivery[] = [];
  const state = { copies: 1 };
  const double = createTelegramDouble({
    tokens: [DOUBLE_BOT_TOKEN],
    ownerId: OWNER,
    clock: systemClock,
    log: { info: () => undefined },
    // A call that is refused for its pace would use up the fault that was meant to have an effect.
    rateLimits: false,
    webhookFetch: async (url, init) => {
      const { update_id: updateId } = JSON.parse(init?.body as string) as { update_id: number };
      const answers = await Promise.all(Array.from({ length: state.copies }, () => fetch(url, init)));
      deliveries.push({ updateId, statuses: answers.map(({ status }) => status) });
      // Telegram believes the last word it hears.
      const [answer] = answers.toReversed();
      if (answer === undefined) throw new Error('No copy of an update was posted.');
      return answer;
    },
  });
  return { double, deliveries, state, server: await listen(double) };
};

/** @param ownerId empty: the allowlist has nobody on it. */
export const startDrillSystem = async (ownerId = DOUBLE_OWNER_ID): Promise<DrillSystem> => {
  const folder = temporaryFolder();
  const telegram = await watchedTelegram();
  const { faults, calls } = watchedFaults();
  const lines: string[] = [];
  const system = await startLocal(
    {
      host: '127.0.0.1',
      port: 0,
      awsPort: 0,
      dataDir: folder.path,
      telegramApiRoot: telegram.server.url,
      telegramToken: undefined,
      webhookSecret: undefined,
      ownerId,
      model: 'demo',
      open: false,
    },
    {
      root,
      environment: { AGENT_CLAW_HEARTBEAT_HOURS: '' },
      say: () => undefined,
      onLog: ({ source, line }) => lines.push(`${source} ${line}`),
      faults,
    },
  ).catch(async (error: unknown) => {
    await telegram.server.close();
    folder[Symbol.dispose]();
    throw error;
  });
  const client = { endpoint: system.awsEndpoint, region: 'us-east-1', credentials: system.cloud.ownerCredentials };
  const sqs = new SQSClient(client);
  const dynamo = new DynamoDBClient(client);
  const { refs } = system.cloud;
  const switchedOn: ActiveFault[] = [];
  const logs = (): string => lines.join('\n');

  const undelivered = async (): Promise<number> => {
    const view = (await (await fetch(`${telegram.server.url}/_double/webhook`)).json()) as WebhookView;
    return view.pendingUpdateCount + view.inFlight.length;
  };
  const wakes = async (): Promise<number> => {
    const names = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ] as const;
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: refOf(refs, 'WakesQueue'), AttributeNames: ['All'] }),
    );
    return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  };
  const empty = async (table: string): Promise<void> => {
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
    for (const { pk, sk } of Items)
      if (pk !== undefined && sk !== undefined)
        await dynamo.send(new DeleteItemCommand({ TableName: table, Key: { pk, sk } }));
  };

  return {
    telegramUrl: telegram.server.url,
    webhookUrl: `${system.url}/telegram/webhook`,
    webhookSecret: String(
      telegram.double.requests().findLast(({ method }) => method.toLowerCase() === 'setwebhook')?.params[
        'secret_token'
      ],
    ),
    deliveries: telegram.deliveries,
    awsCalls: calls,
    botApiCalls: () => telegram.double.requests(),
    logs,
    deliverCopies: (count) => {
      telegram.state.copies = count;
    },
    failAws: (who, action, fault, times) => {
      const principal = calls.find((call) => call.principal.startsWith(who))?.principal;
      if (principal === undefined) throw new Error(`No ${who} has called AWS yet.`);
      const active = faults.inject({ principal, action }, fault, times);
      switchedOn.push(active);
      return active;
    },
    failBotApi: (fault) => telegram.double.fault(fault),
    heal: async () => {
      for (const fault of switchedOn.splice(0)) fault.off();
      await fetch(`${telegram.server.url}/_double/faults`, { method: 'DELETE' });
    },
    // In this order: a delivery rings before it is answered.
    rest: async () => {
      await until(
        'a system at rest',
        REST_WITHIN_MS,
        async () => (await undelivered()) === 0 && (await wakes()) === 0,
        () => lines.slice(-60).join('\n'),
      );
    },
    forgetChat: async () => {
      await empty(refOf(refs, 'TablesState'));
      await empty(refOf(refs, 'TablesConversations'));
    },
    [Symbol.asyncDispose]: async () => {
      await system.stop();
      await telegram.server.close();
      sqs.destroy();
      dynamo.destroy();
      folder[Symbol.dispose]();
    },
  };
};
