import * as z from 'zod';

/** `webhook`: Telegram posts to us. `polling`: somebody else fetches the updates. `external`: another Bot API server posts to us. */
const deliverySchema = z.enum(['webhook', 'polling', 'external']);
export type Delivery = z.infer<typeof deliverySchema>;

const registrationSchema = z.object({
  WebhookUrl: z.url(),
  /** Raised by the owner after a new token was put into the secret. */
  BotTokenVersion: z.string(),
  Delivery: deliverySchema,
  /** Whom the deployment names as owner. Empty: the bot belongs to whoever claims it first, with the link that is made then. */
  OwnerId: z.string().default(''),
  /** Raised by the owner to replace the webhook secret. */
  SecretGeneration: z.string().default('0'),
});
/** What the template asks for. */
export type Registration = z.infer<typeof registrationSchema>;

const addressSchema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
});
/** Whom to answer. Parsed on its own, so that a request with wrong properties still gets an answer. */
export type Address = z.infer<typeof addressSchema>;

export interface RegistrationRequest {
  readonly kind: Address['RequestType'];
  readonly registration: Registration;
  /** The owner raised SecretGeneration since the last successful run. */
  readonly replaceSecret: boolean;
  /**
   * The stack returns to lower numbers: CloudFormation rolls back a failed update by an update with the old properties.
   * Such a request must not fail, whatever the secret holds, or the stack is stuck in UPDATE_ROLLBACK_FAILED.
   */
  readonly goesBack: boolean;
}

/** @throws ZodError when CloudFormation's envelope itself is unusable: then there is nobody to answer. */
export const parseAddress = (event: unknown): Address => addressSchema.parse(event);

/** @throws ZodError naming the property that is missing or wrong. */
export const parseRequest = (event: unknown): RegistrationRequest => {
  const { RequestType, ResourceProperties, OldResourceProperties } = z
    .object({
      RequestType: addressSchema.shape.RequestType,
      ResourceProperties: registrationSchema,
      OldResourceProperties: numbersSchema.optional(),
    })
    .parse(event);
  const token = directionOf(OldResourceProperties?.BotTokenVersion, ResourceProperties.BotTokenVersion);
  const generation = directionOf(OldResourceProperties?.SecretGeneration, ResourceProperties.SecretGeneration);
  return {
    kind: RequestType,
    registration: ResourceProperties,
    replaceSecret: generation === 'up',
    // Only in the cloud: local mode derives the version from the token, and has nothing to roll back.
    goesBack: ResourceProperties.Delivery === 'webhook' && (token === 'down' || generation === 'down'),
  };
};

const numbersSchema = z.object({ BotTokenVersion: z.string().optional(), SecretGeneration: z.string().default('0') });

/** BigInt, because a version may be a time stamp of more digits than a number holds. */
const directionOf = (before: string | undefined, after: string): 'up' | 'down' | 'same' => {
  if (before === undefined || !/^\d+$/u.test(before) || !/^\d+$/u.test(after)) return 'same';
  const step = BigInt(after) - BigInt(before);
  if (step === 0n) return 'same';
  return step > 0n ? 'up' : 'down';
};
