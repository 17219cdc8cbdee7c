import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat, AccessLogField } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi as Api, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

const WEBHOOK_PATH = '/telegram/webhook';

/** The only door to the internet: one route. Telegram opens at most ten connections; the throttle bounds everybody else. */
export class HttpApi extends Construct {
  readonly webhookUrl: string;
  private readonly api: Api;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.api = new Api(this, 'Api', { apiName: 'agent-claw', createDefaultStage: false });
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 20, burstLimit: 40 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        // Neither headers nor bodies: they carry the webhook secret and what people wrote.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: AccessLogField.contextRequestId(),
            at: AccessLogField.contextRequestTime(),
            ip: AccessLogField.contextIdentitySourceIp(),
            status: AccessLogField.contextStatus(),
            latencyMs: AccessLogField.contextResponseLatency(),
            integrationStatus: AccessLogField.contextIntegrationStatus(),
          }),
        ),
      },
    });
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason:
        'Telegram can only send a fixed header; tg-ingest compares it, hashed and in constant time, before it reads the body.',
    });
    this.webhookUrl = `${this.api.apiEndpoint}${WEBHOOK_PATH}`;
  }

  routeWebhookTo(handler: IFunction): void {
    this.api.addRoutes({
      path: WEBHOOK_PATH,
      // Every method, so that the function answers 405 itself; the gateway would say that there is no such path.
      methods: [HttpMethod.ANY],
      integration: new HttpLambdaIntegration('TgIngest', handler),
    });
  }
}
