import { CfnOutput, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AgentRunner, AGENT_RUNNER_TIMEOUT } from './agent-runner.ts';
import { AgentRuntime } from './agent-runtime.ts';
import { AlarmMail } from './alarm-mail.ts';
import { Heartbeat } from './heartbeat.ts';
import { HttpApi } from './http-api.ts';
import { MetricAlarms } from './metric-alarms.ts';
import { declareParameters } from './parameters.ts';
import { StateTables } from './state-tables.ts';
import { TelegramSecret } from './telegram-secret.ts';
import { TgIngest } from './tg-ingest.ts';
import { WakeQueue } from './wake-queue.ts';
import { WebhookRegistrar } from './webhook-registrar.ts';
import { WorkspaceBucket } from './workspace-bucket.ts';

export interface AgentClawStackProps {
  /** Holds the container's Dockerfile and bundle. */
  readonly containerDirectory: string;
}

/** The whole product. Local mode runs this very template. */
export class AgentClawStack extends Stack {
  constructor(scope: Construct, id: string, props: AgentClawStackProps) {
    super(scope, id, {
      description: 'agent-claw: a personal assistant that sleeps until you write to it',
      // The CLI checks the bootstrap version by itself; the template then needs no SSM parameter.
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
    });
    const parameters = declareParameters(this);
    const tables = new StateTables(this, 'Tables');
    const workspace = new WorkspaceBucket(this, 'Workspace');
    const telegram = new TelegramSecret(this, 'Telegram');
    const wakes = new WakeQueue(this, 'Wakes', { runnerTimeout: AGENT_RUNNER_TIMEOUT });
    const api = new HttpApi(this, 'HttpApi');
    const { bot, claimLink } = new WebhookRegistrar(this, 'WebhookRegistrar', {
      telegram,
      tables,
      webhookUrl: api.webhookUrl,
      parameters,
    });
    const runtime = new AgentRuntime(this, 'AgentRuntime', {
      tables,
      workspace,
      parameters,
      containerDirectory: props.containerDirectory,
    });
    new TgIngest(this, 'TgIngest', { tables, wakes, api, bot, parameters });
    new AgentRunner(this, 'AgentRunner', { tables, wakes, telegram, workspace, runtime, bot, parameters });
    new Heartbeat(this, 'Heartbeat', { tables, wakes, workspace, bot, parameters });
    new MetricAlarms(this, 'Alarms');
    new AlarmMail(this, 'AlarmMail', { parameters });

    const output = (name: string, value: string, description: string): void => {
      new CfnOutput(this, name, { value, description });
    };
    output('WebhookUrl', api.webhookUrl, 'Where Telegram delivers');
    output('ClaimLink', claimLink, 'Makes the first who follows it the owner; for nobody else to see until then');
    output('WorkspaceBucket', workspace.bucket.bucketName, 'Your files are under workspace/ in this bucket');
    output(
      'PutTokenCommand',
      `aws secretsmanager put-secret-value --region ${this.region} --secret-id ${telegram.secret.secretArn} --secret-string file://bot-token.json`,
      'Puts the bot token into the secret, from a file with {"botToken":"..."} (docs/deploy.md)',
    );
  }
}
