import { Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  AgentRuntimeArtifact,
  PlatformVersion,
  ProtocolType,
  Runtime,
  RuntimeNetworkConfiguration,
} from 'aws-cdk-lib/aws-bedrockagentcore';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';
import type { ServiceFunction } from './service-function.ts';
import type { StateTables } from './state-tables.ts';
import { HEARD_PREFIX, MEDIA_PREFIX, OUTGOING_PREFIX, WORKSPACE_PREFIXES } from './workspace-bucket.ts';
import type { WorkspaceBucket } from './workspace-bucket.ts';

export interface AgentRuntimeProps {
  readonly tables: StateTables;
  readonly workspace: WorkspaceBucket;
  readonly parameters: Parameters;
  /** Holds the Dockerfile and the bundle. */
  readonly containerDirectory: string;
}

/** What the container reads; V2 takes 2.5 KB of names and values in all. */
interface ContainerEnvironment {
  readonly CONVERSATIONS_TABLE: string;
  readonly WORKSPACE_BUCKET: string;
  readonly MODEL: string;
  readonly HEARTBEAT_MODEL: string;
  readonly TIME_ZONE: string;
  readonly VOICE: string;
}

const REGIONAL = '<AWS::Region>:<AWS::AccountId>';
const AGENTCORE_NEEDS_IT =
  'AgentCore requires this of every execution role; the name it fills in is known only after the runtime exists.';
const NO_RESOURCE_LEVEL =
  'ECR tokens, X-Ray, metrics, speech and the start of a transcription have no resource-level permissions; metrics are bound to one namespace, transcriptions to one bucket.';
const LANE_FILES = 'The files of a lane: their names are chosen in conversation, the folder is fixed.';
const MESSAGE_FILES = 'Files of messages: their names follow from the messages, the folder is fixed.';
/** Names of the jobs that listen to recordings; agent-container/src/media/aws-transcriber.ts makes them. */
const TRANSCRIPTION_JOBS = 'agent-claw-*';
const ANY_MODEL = 'The owner chooses the model by parameter; these actions can do nothing but ask a model.';
/** Every wildcard that the container's role has, as cdk-nag writes it, and why. A new one fails the synth. */
const ACCEPTED_WILDCARDS: readonly (readonly [resource: string, reason: string])[] = [
  ['*', NO_RESOURCE_LEVEL],
  [`arn:<AWS::Partition>:logs:${REGIONAL}:log-group:*`, AGENTCORE_NEEDS_IT],
  [`arn:<AWS::Partition>:logs:${REGIONAL}:log-group:/aws/bedrock-agentcore/runtimes/*`, AGENTCORE_NEEDS_IT],
  [
    `arn:<AWS::Partition>:logs:${REGIONAL}:log-group:/aws/bedrock-agentcore/runtimes/*:log-stream:*`,
    AGENTCORE_NEEDS_IT,
  ],
  [
    `arn:<AWS::Partition>:bedrock-agentcore:${REGIONAL}:workload-identity-directory/default/workload-identity/*`,
    AGENTCORE_NEEDS_IT,
  ],
  ['<WorkspaceBucket1A82A213.Arn>/workspace/*', LANE_FILES],
  ['<WorkspaceBucket1A82A213.Arn>/lanes/*', LANE_FILES],
  [`<WorkspaceBucket1A82A213.Arn>/${MEDIA_PREFIX}*`, MESSAGE_FILES],
  [`<WorkspaceBucket1A82A213.Arn>/${HEARD_PREFIX}*`, MESSAGE_FILES],
  [`<WorkspaceBucket1A82A213.Arn>/${OUTGOING_PREFIX}*`, MESSAGE_FILES],
  [`arn:<AWS::Partition>:transcribe:${REGIONAL}:transcription-job/${TRANSCRIPTION_JOBS}`, MESSAGE_FILES],
  ['arn:<AWS::Partition>:bedrock:*::foundation-model/*', ANY_MODEL],
  [`arn:<AWS::Partition>:bedrock:${REGIONAL}:inference-profile/*`, ANY_MODEL],
];

/** The agent on AgentCore: one microVM per conversation, paid while it works. Its role knows no secret. */
export class AgentRuntime extends Construct {
  readonly arn: string;
  /** Changes with every new version of the container or its environment: live sessions keep the old one. */
  readonly epoch: string;

  constructor(scope: Construct, id: string, props: AgentRuntimeProps) {
    super(scope, id);
    const runtime = new Runtime(this, 'Runtime', {
      runtimeName: 'agent_claw',
      agentRuntimeArtifact: AgentRuntimeArtifact.fromAsset(props.containerDirectory, {
        platform: Platform.LINUX_ARM64,
      }),
      // Never left to the default, which differs by Region and date.
      platformVersion: PlatformVersion.V2,
      protocolConfiguration: ProtocolType.HTTP,
      networkConfiguration: RuntimeNetworkConfiguration.usingPublicNetwork(),
      lifecycleConfiguration: { idleRuntimeSessionTimeout: Duration.minutes(15), maxLifetime: Duration.hours(8) },
      environmentVariables: {
        CONVERSATIONS_TABLE: props.tables.conversations.tableName,
        WORKSPACE_BUCKET: props.workspace.bucket.bucketName,
        MODEL: props.parameters.model,
        HEARTBEAT_MODEL: props.parameters.heartbeatModel,
        TIME_ZONE: props.parameters.timeZone,
        VOICE: props.parameters.voice,
      } satisfies ContainerEnvironment,
    });
    this.arn = runtime.agentRuntimeArn;
    this.epoch = runtime.agentRuntimeVersion ?? '1';

    const allow = (sid: string, actions: string[], resources: string[]): void => {
      runtime.addToRolePolicy(new PolicyStatement({ sid, actions, resources }));
    };
    const { bucket } = props.workspace;
    const { partition, region, account } = Stack.of(this);
    allow(
      'Conversations',
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
      [props.tables.conversations.tableArn],
    );
    allow(
      'WorkspaceFiles',
      ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      WORKSPACE_PREFIXES.map((prefix) => bucket.arnForObjects(`${prefix}*`)),
    );
    allow('MessageFiles', ['s3:GetObject'], [bucket.arnForObjects(`${MEDIA_PREFIX}*`)]);
    // Only what is to be sent: what people sent stays as the runner has stored it.
    allow('OutgoingFiles', ['s3:PutObject'], [bucket.arnForObjects(`${OUTGOING_PREFIX}*`)]);
    // Speaking has no resource-level permissions without a lexicon.
    allow('Speak', ['polly:SynthesizeSpeech'], ['*']);
    // Transcribe reads the recording and writes what it heard with the rights of who started the job.
    allow('HeardWords', ['s3:PutObject'], [bucket.arnForObjects(`${HEARD_PREFIX}*`)]);
    runtime.addToRolePolicy(
      new PolicyStatement({
        sid: 'Listen',
        actions: ['transcribe:StartTranscriptionJob'],
        // Starting a job has no resource-level permissions.
        resources: ['*'],
        conditions: { StringEquals: { 'transcribe:OutputBucketName': bucket.bucketName } },
      }),
    );
    allow(
      'Listened',
      ['transcribe:GetTranscriptionJob', 'transcribe:DeleteTranscriptionJob'],
      [`arn:${partition}:transcribe:${region}:${account}:transcription-job/${TRANSCRIPTION_JOBS}`],
    );
    // Without a prefix condition: S3 answers 403 instead of 404 for a missing object when the caller may not list the bucket.
    allow('WorkspaceListing', ['s3:ListBucket'], [bucket.bucketArn]);
    // Any model, because the owner chooses it by parameter. Global inference profiles route to models without a Region.
    allow(
      'Models',
      ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
      [
        `arn:${partition}:bedrock:*::foundation-model/*`,
        `arn:${partition}:bedrock:${region}:${account}:inference-profile/*`,
      ],
    );
    for (const [resource, reason] of ACCEPTED_WILDCARDS)
      Validations.of(this).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM5[Resource::${resource}]`, reason });
  }

  allowInvoke(service: ServiceFunction): void {
    service.allow(
      'Agent',
      ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:StopRuntimeSession'],
      [this.arn, `${this.arn}/runtime-endpoint/DEFAULT`],
    );
  }
}
