import type { WebhookRegistrarEnvironment } from '@agent-claw/webhook-registrar/config';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';
import { ServiceFunction } from './service-function.ts';
import type { StateTables } from './state-tables.ts';
import type { TelegramSecret } from './telegram-secret.ts';

export interface WebhookRegistrarProps {
  readonly telegram: TelegramSecret;
  readonly tables: StateTables;
  readonly webhookUrl: string;
  readonly parameters: Parameters;
}

/** Who the bot is and which webhook secrets are valid, as Telegram confirmed it. */
export interface Bot {
  readonly id: string;
  readonly username: string;
  readonly webhookSecretDigests: string;
}

/** Tells Telegram where we are, on every deploy that changes the address, the token's version or the secret's generation. */
export class WebhookRegistrar extends Construct {
  readonly bot: Bot;
  /** The link that makes the first who follows it the owner, or a word on why there is none. */
  readonly claimLink: string;

  constructor(scope: Construct, id: string, props: WebhookRegistrarProps) {
    super(scope, id);
    const timeout = Duration.minutes(1);
    const service = new ServiceFunction(this, 'Service', {
      service: 'webhook-registrar',
      description: 'Registers the Telegram webhook during a deploy',
      timeout,
      memoryMiB: 256,
      environment: {
        TELEGRAM_SECRET_ID: props.telegram.secret.secretArn,
        STATE_TABLE: props.tables.state.tableName,
      } satisfies Record<keyof WebhookRegistrarEnvironment, string>,
    });
    service.allow(
      'BotSecret',
      ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
      [props.telegram.secret.secretArn],
    );
    // The one item that says who may talk to the bot, and no lane.
    service.allow('Access', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [props.tables.state.tableArn], {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['access'] },
    });
    const webhook = new CustomResource(this, 'Webhook', {
      resourceType: 'Custom::TelegramWebhook',
      serviceToken: service.function.functionArn,
      serviceTimeout: timeout.plus(Duration.minutes(1)),
      properties: {
        WebhookUrl: props.webhookUrl,
        BotTokenVersion: props.parameters.botTokenVersion,
        SecretGeneration: props.parameters.webhookSecretGeneration,
        Delivery: props.parameters.delivery,
        OwnerId: props.parameters.ownerId,
      },
    });
    this.claimLink = webhook.getAttString('ClaimLink');
    this.bot = {
      id: webhook.getAttString('BotId'),
      username: webhook.getAttString('BotUsername'),
      webhookSecretDigests: webhook.getAttString('WebhookSecretDigests'),
    };
  }
}
