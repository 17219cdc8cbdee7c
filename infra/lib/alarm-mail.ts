import { Aspects, Aws, CfnCondition, CfnResource, Fn, Stack, Token } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSubscription, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';

export interface AlarmMailProps {
  readonly parameters: Parameters;
}

/** Mails every alarm of the stack to the owner. Without an address none of it exists. */
export class AlarmMail extends Construct {
  constructor(scope: Construct, id: string, props: AlarmMailProps) {
    super(scope, id);
    const { alarmEmail } = props.parameters;
    const isWanted = new CfnCondition(this, 'IsWanted', {
      expression: Fn.conditionNot(Fn.conditionEquals(alarmEmail, '')),
    });
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    // A topic's policy replaces the one that it would have by itself, and with it the right of the account's own alarms.
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    new CfnSubscription(this, 'Address', { topicArn: topic.topicArn, protocol: 'email', endpoint: alarmEmail });
    const actions = Token.asList(Fn.conditionIf(isWanted.logicalId, [topic.topicArn], Aws.NO_VALUE));
    Aspects.of(Stack.of(this)).add({
      visit: (node) => {
        if (node instanceof CfnAlarm) node.alarmActions = actions;
      },
    });
    for (const resource of this.node.findAll())
      if (CfnResource.isCfnResource(resource)) resource.cfnOptions.condition = isWanted;
  }
}
