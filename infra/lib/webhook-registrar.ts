import type { WebhookRegistrarEnvironment } from '@agent-claw/webhook-registrar/config';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';
import { ServiceFunction } from './service-function.ts';
import type { TelegramSecret } from './telegram-secret.ts';

export interface WebhookRegistrarProps {
  readonly telegram: TelegramSecret;
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
      } satisfies Record<keyof WebhookRegistrarEnvironment, string>,
    });
    service.allow(
      'BotSecret',
      ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
      [props.telegram.secret.secretArn],
    );
    const webhook = new CustomResource(this, 'Webhook', {
      resourceType: 'Custom::TelegramWebhook',
      serviceToken: service.function.functionArn,
      serviceTimeout: timeout.plus(Duration.minutes(1)),
      properties: {
        WebhookUrl: props.webhookUrl,
        BotTokenVersion: props.parameters.botTokenVersion,
        SecretGeneration: props.parameters.webhookSecretGeneration,
        Delivery: props.parameters.delivery,
      },
    });
    this.bot = {
      id: webhook.getAttString('BotId'),
      username: webhook.getAttString('BotUsername'),
      webhookSecretDigests: webhook.getAttString('WebhookSecretDigests'),
    };
  }
}
