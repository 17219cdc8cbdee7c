import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { TableProps } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

/** `state` belongs to the functions, `conversations` to the container. Both outlive the stack, unless its first deploy fails: nobody would find them again. */
export class StateTables extends Construct {
  readonly state: Table;
  readonly conversations: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const props: TableProps = {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAtEpochS',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    };
    this.state = new Table(this, 'State', props);
    // Sparse: only lanes with open work carry the two attributes. The sweep reads it.
    this.state.addGlobalSecondaryIndex({
      indexName: 'open',
      partitionKey: { name: 'openShard', type: AttributeType.STRING },
      sortKey: { name: 'openSince', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.conversations = new Table(this, 'Conversations', props);
  }
}
