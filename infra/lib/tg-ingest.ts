import type { TgIngestEnvironment } from '@agent-claw/tg-ingest/config';
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { alarmOnErrors } from './function-alarms.ts';
import type { HttpApi } from './http-api.ts';
import type { Parameters } from './parameters.ts';
import { ServiceFunction } from './service-function.ts';
import type { StateTables } from './state-tables.ts';
import type { WakeQueue } from './wake-queue.ts';
import type { Bot } from './webhook-registrar.ts';

export interface TgIngestProps {
  readonly tables: StateTables;
  readonly wakes: WakeQueue;
  readonly api: HttpApi;
  readonly bot: Bot;
  readonly parameters: Parameters;
}

/**
 * Takes Telegram's deliveries. It may change the state table and ring; it reads no secret.
 * Its concurrency is not reserved: a new account has ten in all, and AWS refuses a reservation that leaves less than that.
 */
export class TgIngest extends ServiceFunction {
  constructor(scope: Construct, id: string, props: TgIngestProps) {
    super(scope, id, {
      service: 'tg-ingest',
      description: 'Accepts Telegram updates',
      timeout: Duration.seconds(10),
      memoryMiB: 512,
      environment: {
        STATE_TABLE: props.tables.state.tableName,
        WAKE_QUEUE_URL: props.wakes.queue.queueUrl,
        BOT_ID: props.bot.id,
        BOT_USERNAME: props.bot.username,
        WEBHOOK_SECRET_DIGESTS: props.bot.webhookSecretDigests,
        OWNER_ID: props.parameters.ownerId,
      } satisfies Record<keyof TgIngestEnvironment, string>,
    });
    this.allow('Inbox', ['dynamodb:GetItem', 'dynamodb:UpdateItem'], [props.tables.state.tableArn]);
    this.allow('Ring', ['sqs:SendMessage'], [props.wakes.queue.queueArn]);
    props.api.routeWebhookTo(this.function);
    alarmOnErrors(this, 'Updates are not accepted; Telegram keeps and repeats them. Look at the log of tg-ingest.');
  }
}
