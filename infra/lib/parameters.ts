import { CfnParameter } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** What an owner may set. CloudFormation parameters and not synth-time context: local mode runs the same template with other values. */
export interface Parameters {
  readonly ownerId: string;
  readonly botTokenVersion: string;
  readonly webhookSecretGeneration: string;
  readonly delivery: string;
  readonly model: string;
  readonly heartbeatModel: string;
  readonly timeZone: string;
  readonly voice: string;
  readonly heartbeatActiveHours: string;
  readonly alarmEmail: string;
}

export const declareParameters = (scope: Construct): Parameters => {
  const declare = (
    id: string,
    defaultValue: string,
    description: string,
    rule: { allowedPattern?: string; allowedValues?: string[] },
  ): string =>
    new CfnParameter(scope, id, { type: 'String', default: defaultValue, description, ...rule }).valueAsString;
  return {
    ownerId: declare(
      'OwnerId',
      '',
      'Numeric Telegram user id of the owner. Empty: whoever follows the link in the output ClaimLink first.',
      {
        allowedPattern: '^[0-9]*$',
      },
    ),
    botTokenVersion: declare('BotTokenVersion', '0', 'Raise it after putting a bot token into the secret.', {
      allowedPattern: '^[0-9]+$',
    }),
    webhookSecretGeneration: declare('WebhookGeneration', '0', 'Raise it to replace the webhook secret.', {
      allowedPattern: '^[0-9]+$',
    }),
    delivery: declare('Delivery', 'webhook', 'How updates arrive. Anything but webhook is for local mode.', {
      allowedValues: ['webhook', 'polling', 'external'],
    }),
    model: declare(
      'Model',
      'bedrock:global.anthropic.claude-sonnet-5-5',
      'Model that answers. In AWS: bedrock:<model or inference profile id>. Other providers need a key, which has no way in yet.',
      {
        allowedPattern: '^\\S+$',
      },
    ),
    heartbeatModel: declare(
      'HeartbeatModel',
      'bedrock:global.anthropic.claude-haiku-5-5',
      'Model of heartbeats and summaries. In AWS: bedrock:<id>, as with Model.',
      {
        allowedPattern: '^\\S+$',
      },
    ),
    timeZone: declare('TimeZone', 'UTC', 'IANA time zone of the owner, for example Europe/Berlin.', {
      allowedPattern: '^[A-Za-z0-9_+/-]+$',
    }),
    voice: declare(
      'Voice',
      'Joanna',
      'Neural voice of Amazon Polly that speaks where the language has none of its own.',
      {
        allowedPattern: '^[A-Z][a-z]+$',
      },
    ),
    heartbeatActiveHours: declare(
      'HeartbeatActiveHours',
      '08:00-23:00',
      'When heartbeats may run, HH:MM-HH:MM. Empty: always.',
      {
        allowedPattern: '^([0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2})?$',
      },
    ),
    alarmEmail: declare('AlarmEmail', '', 'Where alarms are mailed to. Empty: nowhere.', {
      allowedPattern: '^([^@\\s]+@[^@\\s]+)?$',
    }),
  };
};
