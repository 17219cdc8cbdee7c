import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Where each lane's files are. `workspace/` is the owner's; every other lane has a folder under `lanes/`. */
export const WORKSPACE_PREFIXES = ['workspace/', 'lanes/'] as const;

/** What people send: photos, documents, recordings. */
export const MEDIA_PREFIX = 'media/';
/** What was heard in recordings; the container has it written there. */
export const HEARD_PREFIX = `${MEDIA_PREFIX}heard/`;
/** What the agent is about to send; see `outgoingKeyOf` in packages/core. */
export const OUTGOING_PREFIX = `${MEDIA_PREFIX}sent-`;
const MEDIA_DAYS = 30;

/** The files that the owner and the assistant edit. Each version stays for 90 days, the bucket outlives the stack, except one whose first deploy failed. */
export class WorkspaceBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      lifecycleRules: [
        {
          id: 'old-versions',
          noncurrentVersionExpiration: Duration.days(90),
          noncurrentVersionsToRetain: 20,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        {
          id: 'media',
          prefix: MEDIA_PREFIX,
          expiration: Duration.days(MEDIA_DAYS),
          // In a versioned bucket expiry only hides: what is hidden goes a day later.
          noncurrentVersionExpiration: Duration.days(1),
        },
        { id: 'media-markers', prefix: MEDIA_PREFIX, expiredObjectDeleteMarker: true },
      ],
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions::AwsSolutions-S1',
      reason: 'Access logs would need a second bucket that grows for ever; every change is kept as an object version.',
    });
  }
}
