import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFaultSwitches, startEmbeddedCloud } from '@agent-claw/embedded-aws';
import type { EmbeddedClock, EmbeddedCloud, FaultSwitches, LogLine, Principal } from '@agent-claw/embedded-aws';
import { startPublicServer } from '@agent-claw/local/public-server';
import { DOUBLE_BOT_TOKEN, DOUBLE_OWNER_ID } from '@agent-claw/local/telegram-side';
import { systemClock } from '@agent-claw/observability/system-clock';
import { createTelegramDouble } from '@agent-claw/telegram-double';
import type { MessageView } from '@agent-claw/telegram-double';

/** What happened so far, also when the stack did not come up. */
export interface Witness {
  /** `<principal> <action>` of every call that no policy allowed. */
  readonly denied: Set<string>;
  readonly lines: LogLine[];
}

export interface CloudUnderTest extends AsyncDisposable {
  readonly cloud: EmbeddedCloud;
  readonly workspaceFolder: string;
  /** The owner writes to the bot. */
  say(text: string): Promise<void>;
  /** The owner sends a file; `fields` are those of the double's API. */
  send(file: File, fields?: Readonly<Record<string, string>>): Promise<void>;
  /** The owner presses the first button of the newest message that has any. */
  press(): Promise<void>;
  /** Texts that the bot has sent, as the owner sees them. */
  shown(): Promise<readonly string[]>;
}

export interface CloudOptions {
  readonly cdkOut: string;
  readonly dataDir: string;
  readonly witness: Witness;
  readonly clock?: EmbeddedClock;
  /** Parameters of the stack that differ from those of every test. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Variables for every function. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Denials are seen where they are decided, not where a log happens to mention one. */
const watching = (denied: Set<string>): FaultSwitches => {
  const faults = createFaultSwitches();
  const watched = new WeakSet<Principal>();
  return {
    ...faults,
    // Called for each request before its permission is looked at.
    count: (subject) => {
      const { principal } = subject;
      if (!watched.has(principal)) {
        watched.add(principal);
        const allows = principal.allows.bind(principal);
        const decide: Principal['allows'] = (check) => {
          const isAllowed = allows(check);
          if (!isAllowed) denied.add(`${principal.name} ${check.action}`);
          return isAllowed;
        };
        Object.assign(principal, { allows: decide });
      }
      faults.count(subject);
    },
  };
};

const onlySecretOf = (cdkOut: string): string => {
  const { Resources } = JSON.parse(readFileSync(join(cdkOut, 'AgentClaw.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string }>;
  };
  return Object.keys(Resources).find((id) => Resources[id]?.Type === 'AWS::SecretsManager::Secret') ?? '';
};

/** The stack of `cdkOut` with the built-in Telegram, in this process. @throws what the load of the stack throws. */
export const startCloud = async (options: CloudOptions): Promise<CloudUnderTest> => {
  const { cdkOut, dataDir, witness } = options;
  mkdirSync(dataDir);
  const server = await startPublicServer('127.0.0.1', 0);
  const double = createTelegramDouble({
    tokens: [DOUBLE_BOT_TOKEN],
    ownerId: Number(DOUBLE_OWNER_ID),
    clock: systemClock,
    log: { info: () => undefined },
  });
  server.mount({ everythingElse: (request, response) => void double.handle(request, response) });
  const stopDouble = async (): Promise<void> => {
    double.close();
    await server.close();
  };
  const cloud = await startEmbeddedCloud({
    cdkOut,
    dataDir,
    awsPort: 0,
    publicUrl: server.url,
    parameters: {
      OwnerId: DOUBLE_OWNER_ID,
      BotTokenVersion: '1',
      Model: 'demo',
      HeartbeatModel: 'demo',
      TimeZone: 'UTC',
      HeartbeatActiveHours: '',
      ...options.parameters,
    },
    secrets: { [onlySecretOf(cdkOut)]: JSON.stringify({ botToken: DOUBLE_BOT_TOKEN }) },
    extraEnv: ({ kind }) => (kind === 'runtime' ? {} : { TELEGRAM_API_ROOT: server.url, ...options.environment }),
    faults: watching(witness.denied),
    log: (line) => witness.lines.push(line),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  }).catch(async (error: unknown) => {
    await stopDouble();
    throw error;
  });
  server.mount({ webhook: cloud.handleHttp });
  server.setReady();
  const chat = `${server.url}/_double/chats/${DOUBLE_OWNER_ID}/messages`;
  const ofTheBot = async () => {
    const { messages } = (await (await fetch(`${chat}?limit=200`)).json()) as {
      messages: readonly Partial<MessageView>[];
    };
    return messages.filter(({ from }) => from?.isBot === true);
  };
  return {
    cloud,
    workspaceFolder: join(dataDir, 's3', cloud.outputs['WorkspaceBucket'] ?? '', 'workspace'),
    say: async (text) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(chat, { method: 'POST', headers, body: JSON.stringify({ text }) });
      if (!response.ok) throw new Error(`The double refused "${text}": ${response.status} ${await response.text()}`);
    },
    send: async (file, fields = {}) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append('file', file);
      const response = await fetch(chat, { method: 'POST', body: form });
      if (!response.ok) throw new Error(`The double refused ${file.name}: ${response.status} ${await response.text()}`);
    },
    press: async () => {
      const card = (await ofTheBot()).findLast(({ buttons = [] }) => buttons.length > 0);
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ row: 0, column: 0 });
      const response = await fetch(`${chat}/${card?.messageId}/press`, { method: 'POST', headers, body });
      if (!response.ok) throw new Error(`The double refused a press: ${response.status} ${await response.text()}`);
    },
    shown: async () => (await ofTheBot()).map(({ text }) => text ?? ''),
    [Symbol.asyncDispose]: async () => {
      await cloud.stop();
      await stopDouble();
    },
  };
};
