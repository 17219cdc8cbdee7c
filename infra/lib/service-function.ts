import type { Duration } from 'aws-cdk-lib';
import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { bundledCode, handlerOf } from './bundling/bundle-function.ts';

export interface ServiceFunctionProps {
  /** Folder under packages/. */
  readonly service: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMiB: number;
  readonly environment: Record<string, string>;
  /** Lambda's own answer, to stop a function that calls itself through a queue, holds unless one is given. */
  readonly recursiveLoop?: RecursiveLoop;
}

/** One Lambda function with a log group of its own and a role that may do nothing but write to it. */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${props.service} may do`,
    });
    // Not the AWS managed policy: that one may write to every log group of the account.
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'OwnLogs',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: bundledCode(handlerOf(props.service)),
      handler: 'index.handler',
      timeout: props.timeout,
      memorySize: props.memoryMiB,
      environment: props.environment,
      role: this.role,
      logGroup,
      ...(props.recursiveLoop === undefined ? {} : { recursiveLoop: props.recursiveLoop }),
    });
  }

  allow(sid: string, actions: string[], resources: string[], conditions: Record<string, object> = {}): void {
    this.role.addToPolicy(new PolicyStatement({ sid, actions, resources, conditions }));
  }
}
