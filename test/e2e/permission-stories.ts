import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dynamoMailbox } from '@agent-claw/aws/dynamo-mailbox';
import { laneIdOf } from '@agent-claw/core';
import { ACCOUNT_ID, manualClock, REGION } from '@agent-claw/embedded-aws';
import type { ManualClock } from '@agent-claw/embedded-aws';
import { DOUBLE_BOT_TOKEN, DOUBLE_OWNER_ID } from '@agent-claw/local/telegram-side';
import { anEntry } from '@agent-claw/testkit';
import { BedrockAgentCoreClient, InvokeAgentRuntimeCommand } from '@aws-sdk/client-bedrock-agentcore';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CloudUnderTest, Witness } from './cloud-under-test.ts';
import { aPng, aVoice } from './media-files.ts';
import { until } from './until.ts';

export interface Telling {
  readonly system: CloudUnderTest;
  readonly witness: Witness;
  readonly clock: ManualClock | undefined;
}

/** Something that the product does, and how one sees that it was done. */
export interface Story {
  readonly title: string;
  readonly begin: (telling: Telling) => Promise<unknown>;
  readonly isDone: (telling: Telling) => Promise<boolean>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Parameters of the stack that differ from those of every test. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The clock of the cloud, when the story needs to move it. */
  readonly clock?: () => ManualClock;
}

const LANE = laneIdOf({ channel: 'tg', account: DOUBLE_BOT_TOKEN.split(':')[0] ?? '', place: DOUBLE_OWNER_ID });

const idOf = (system: CloudUnderTest, prefix: RegExp): string =>
  Object.keys(system.cloud.refs).find((id) => prefix.test(id)) ?? '';

const hasShown = async ({ system }: Telling, wanted: RegExp): Promise<boolean> =>
  (await system.shown()).some((text) => wanted.test(text));

const hasLogged = ({ witness }: Telling, event: string): boolean =>
  witness.lines.some(({ line }) => line.includes(`"event":"${event}"`));

const clientConfig = ({ cloud }: CloudUnderTest) => ({
  endpoint: cloud.endpoint,
  region: cloud.region,
  credentials: cloud.ownerCredentials,
});

const invokeHeartbeat = (system: CloudUnderTest, kind: 'heartbeat' | 'sweep'): Promise<string> =>
  // A tick of now: one that comes too late is left to the next.
  system.cloud.invoke(idOf(system, /^HeartbeatFunction/u), { v: 1, kind, scheduledAt: new Date().toISOString() });

const tick = ({ system }: Telling): Promise<string> => invokeHeartbeat(system, 'heartbeat');

/** The bot is there before anybody speaks: the registrar has told Telegram where it is. */
const start: Story = {
  title: 'the bot is connected when the stack is up',
  begin: async () => undefined,
  isDone: async ({ system }) => system.cloud.outputs['WebhookUrl'] !== undefined,
};

/** Nobody is named as owner: the deploy makes a link to claim the bot with. */
const claim: Story = {
  title: 'a bot without an owner can be claimed',
  parameters: { OwnerId: '' },
  begin: async () => undefined,
  isDone: async ({ system }) =>
    /^https:\/\/t\.me\/\w+\?start=[\w-]{22}$/u.test(system.cloud.outputs['ClaimLink'] ?? ''),
};

const remember: Story = {
  title: 'a message is answered and a fact is noted',
  begin: ({ system }) => system.say('Remember that grants matter'),
  isDone: async (telling) =>
    // Not as what there was of an answer that failed.
    (await hasShown(telling, /^(?!⚠️)[^]*Noted in MEMORY\.md/u)) &&
    readFileSync(join(telling.system.workspaceFolder, 'MEMORY.md'), 'utf8').includes('- Grants matter'),
};

const recall: Story = {
  title: 'a second turn knows the first',
  begin: async (telling) => {
    await telling.system.say('say one');
    await until('the first answer', 15_000, () => hasShown(telling, /^one/u));
    await telling.system.say('say two');
  },
  isDone: (telling) => hasShown(telling, /^two/u),
};

const showMemory: Story = {
  title: 'the owner reads MEMORY.md and a list of files',
  begin: async (telling) => {
    await remember.begin(telling);
    await until('the note', 15_000, () => remember.isDone(telling));
    await telling.system.say('/memory');
    await telling.system.say('/files');
  },
  isDone: async (telling) =>
    (await hasShown(telling, /^MEMORY\.md\n[^]*Grants matter/u)) &&
    (await hasShown(telling, /^Files\n[^]*MEMORY\.md/u)),
};

const listFiles: Story = {
  title: 'files are listed',
  begin: ({ system }) => system.say('list files'),
  isDone: (telling) => hasShown(telling, /^Your workspace:[\s\S]*SOUL\.md/u),
};

/** A second wake for a lane that is being worked on, as a doubled delivery leaves it. */
const doubledWake: Story = {
  title: 'a doubled wake is left to the holder',
  begin: async (telling) => {
    const { system } = telling;
    await system.say('count to 12 slowly');
    await until('the turn to run', 15_000, () => hasShown(telling, /^1 2/u));
    const QueueUrl = system.cloud.refs[idOf(system, /^WakesQueue/u)] ?? '';
    const MessageBody = JSON.stringify({ v: 1, laneId: LANE });
    await new SQSClient(clientConfig(system)).send(new SendMessageCommand({ QueueUrl, MessageBody }));
  },
  isDone: async ({ witness }) => witness.lines.some(({ line }) => line.includes('"outcome":"left_to_holder"')),
};

/** A turn that is longer than one leg may be. */
const longTurn: Story = {
  title: 'a turn goes on in the next leg',
  environment: { LEG_LIMIT_MS: '1500' },
  begin: ({ system }) => system.say('count to 12 slowly'),
  isDone: (telling) => hasShown(telling, / 11 12$/u),
};

/** A runner asks for a turn again after the microVM is gone: was it finished? */
const askAgain: Story = {
  title: 'a lost turn is asked for again',
  begin: async ({ system, witness }) => {
    const ids = { laneId: LANE, turnId: '01KALOSTTURN0000000000000A', fence: 1, conversationId: 'c-ask-again' };
    const question = { kind: 'message', afterSeq: 0, mayStart: false, privateLane: true, messages: [] };
    const request = { op: 'turn', ...ids, ...question };
    const { response } = await new BedrockAgentCoreClient(clientConfig(system)).send(
      new InvokeAgentRuntimeCommand({
        agentRuntimeArn: `arn:aws:bedrock-agentcore:${REGION}:${ACCOUNT_ID}:runtime/${system.cloud.refs[idOf(system, /^AgentRuntime(?!Exec)/u)]}`,
        runtimeSessionId: 'a-session-that-has-lost-its-microvm-1',
        payload: Buffer.from(JSON.stringify(request)),
      }),
    );
    witness.lines.push({ source: 'test', line: (await response?.transformToString()) ?? '' });
  },
  isDone: async ({ witness }) =>
    witness.lines.some(({ source, line }) => source === 'test' && /unknown_turn/u.test(line)),
};

const photo: Story = {
  title: 'a photo is looked at',
  begin: ({ system }) => system.send(new File([Uint8Array.from(aPng())], 'p.png', { type: 'image/png' })),
  isDone: (telling) => hasShown(telling, /photo, png, \d+ bytes/u),
};

const deletedFile: Story = {
  title: 'a file is deleted, once that was consented to',
  begin: async (telling) => {
    await telling.system.say('write old.md: x');
    await until('the file', 15_000, () => hasShown(telling, /^Done\. Created old\.md/u));
    await telling.system.say('delete old.md');
    await until('the card', 15_000, () => hasShown(telling, /^May I call delete_file/u));
    await telling.system.press();
  },
  isDone: (telling) => hasShown(telling, /^Done\. Deleted old\.md/u),
};

const sentFile: Story = {
  title: 'a file of the workspace is sent',
  begin: async (telling) => {
    await recall.begin(telling);
    await telling.system.say('send me SOUL.md with the caption The soul');
  },
  isDone: (telling) => hasShown(telling, /^The soul$/u),
};

const spoken: Story = {
  title: 'a voice message is spoken',
  begin: ({ system }) => system.say('send me a voice message saying hello'),
  isDone: (telling) => hasShown(telling, /^Listen\.$/u),
};

const voice: Story = {
  title: 'a voice message is listened to, and the job is removed',
  begin: ({ system }) =>
    system.send(new File([Uint8Array.from(aVoice('say heard'))], 'v.oga', { type: 'audio/ogg' }), { voice: '1' }),
  isDone: async (telling) => (await hasShown(telling, /^heard/u)) && !hasLogged(telling, 'transcription_not_removed'),
};

const heartbeat: Story = {
  title: 'a due heartbeat reaches the owner',
  begin: async (telling) => {
    const { system } = telling;
    await system.say('say hello');
    await until('the workspace', 15_000, () => hasShown(telling, /^hello/u));
    writeFileSync(join(system.workspaceFolder, 'HEARTBEAT.md'), '- [ ] water the plants\n');
    await tick(telling);
  },
  isDone: (telling) => hasShown(telling, /water the plants/u),
};

/** The microVM of a heartbeat is ended after the tick. */
const heartbeatSession: Story = {
  ...heartbeat,
  title: 'the microVM of a heartbeat ends with it',
  isDone: async (telling) => hasLogged(telling, 'session_ended'),
};

const heartbeatWithoutFile: Story = {
  title: 'a missing HEARTBEAT.md keeps the heartbeat quiet',
  begin: tick,
  isDone: async (telling) => hasLogged(telling, 'heartbeat_finished'),
};

/** A message was accepted and its wake was lost: nobody rings but the sweep. */
const forgottenLane: Story = {
  title: 'a message whose wake was lost is answered after the next sweep',
  begin: async ({ system }) => {
    const table = {
      client: new DynamoDBClient(clientConfig(system)),
      tableName: system.cloud.refs[idOf(system, /^TablesState/u)] ?? '',
    };
    const threeMinutesAgo = Date.now() - 3 * 60_000;
    const sender = { id: DOUBLE_OWNER_ID, name: 'Owner' };
    const entry = anEntry(1, { sentAtEpochS: Math.floor(threeMinutesAgo / 1000), sender, text: 'say found' });
    await dynamoMailbox(table).append({ laneId: LANE, entry, nowMs: threeMinutesAgo });
    await invokeHeartbeat(system, 'sweep');
  },
  isDone: (telling) => hasShown(telling, /^found/u),
};

const schedule: Story = {
  title: 'both schedules fire',
  clock: () => manualClock(Date.UTC(2026, 10, 21, 9, 0, 0)),
  begin: async ({ clock }) => clock?.advance(31 * 60_000),
  isDone: async (telling) => hasLogged(telling, 'heartbeat_finished') && hasLogged(telling, 'sweep_finished'),
};

/** What each grant is for: the story that does not come to its end without it. */
export const STORY_OF: Readonly<Record<string, Story>> = {
  'WebhookRegistrarService BotSecret secretsmanager:GetSecretValue': start,
  'WebhookRegistrarService BotSecret secretsmanager:PutSecretValue': start,
  'WebhookRegistrarService Access dynamodb:GetItem': start,
  'WebhookRegistrarService Access dynamodb:UpdateItem': claim,
  'TgIngest Inbox dynamodb:GetItem': remember,
  'TgIngest Inbox dynamodb:UpdateItem': remember,
  'TgIngest Ring sqs:SendMessage': remember,
  'AgentRunner Lanes dynamodb:GetItem': doubledWake,
  'AgentRunner Lanes dynamodb:UpdateItem': remember,
  'AgentRunner Ring sqs:SendMessage': longTurn,
  'AgentRunner BotToken secretsmanager:GetSecretValue': remember,
  'AgentRunner Media s3:GetObject': photo,
  'AgentRunner Media s3:PutObject': photo,
  'AgentRunner Files s3:GetObject': showMemory,
  'AgentRunner FileListing s3:ListBucket': showMemory,
  'AgentRunner Agent bedrock-agentcore:InvokeAgentRuntime': remember,
  'AgentRunner Agent bedrock-agentcore:StopRuntimeSession': heartbeatSession,
  'AgentRunner Wakes sqs:ReceiveMessage': start,
  'AgentRunner Wakes sqs:DeleteMessage': start,
  'AgentRunner Wakes sqs:GetQueueAttributes': start,
  'AgentRunner Wakes sqs:ChangeMessageVisibility': remember,
  'AgentRuntimeExecution Conversations dynamodb:GetItem': askAgain,
  'AgentRuntimeExecution Conversations dynamodb:PutItem': remember,
  'AgentRuntimeExecution Conversations dynamodb:UpdateItem': remember,
  'AgentRuntimeExecution Conversations dynamodb:Query': recall,
  'AgentRuntimeExecution WorkspaceFiles s3:GetObject': remember,
  'AgentRuntimeExecution WorkspaceFiles s3:PutObject': remember,
  'AgentRuntimeExecution WorkspaceFiles s3:DeleteObject': deletedFile,
  'AgentRuntimeExecution MessageFiles s3:GetObject': photo,
  'AgentRuntimeExecution OutgoingFiles s3:PutObject': sentFile,
  'AgentRuntimeExecution Speak polly:SynthesizeSpeech': spoken,
  'AgentRuntimeExecution HeardWords s3:PutObject': voice,
  'AgentRuntimeExecution Listen transcribe:StartTranscriptionJob': voice,
  'AgentRuntimeExecution Listened transcribe:GetTranscriptionJob': voice,
  'AgentRuntimeExecution Listened transcribe:DeleteTranscriptionJob': voice,
  'AgentRuntimeExecution WorkspaceListing s3:ListBucket': listFiles,
  'Heartbeat Inbox dynamodb:GetItem': heartbeat,
  'Heartbeat Inbox dynamodb:UpdateItem': heartbeat,
  'Heartbeat OpenLanes dynamodb:Query': forgottenLane,
  'Heartbeat Ring sqs:SendMessage': heartbeat,
  'Heartbeat HeartbeatFile s3:GetObject': heartbeat,
  'Heartbeat KnowMissingFile s3:ListBucket': heartbeatWithoutFile,
  'HeartbeatScheduler Tick lambda:InvokeFunction': schedule,
};

/** Grants for what local mode does not have. Each is proven by its documentation only. */
export const NOT_EXERCISED_HERE: readonly (readonly [grant: RegExp, why: string])[] = [
  [/^\w+ OwnLogs logs:/u, 'Logs are files here.'],
  [/^AgentRuntimeExecution \w* logs:/u, 'Logs are files here.'],
  [/^AgentRuntimeExecution \w* xray:/u, 'There are no traces here.'],
  [/^AgentRuntimeExecution \w* cloudwatch:PutMetricData$/u, 'Metrics are read from log lines here.'],
  [/^AgentRuntimeExecution \w* ecr:/u, 'The container is a process, its image is never pulled.'],
  [
    /^AgentRuntimeExecution \w* bedrock-agentcore:GetWorkloadAccessToken/u,
    'AgentCore itself asks for workload tokens.',
  ],
  [/^AgentRuntimeExecution Models bedrock:/u, 'The demo model answers here.'],
];
