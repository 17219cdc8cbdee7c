import * as z from 'zod';

/** `webhook`: Telegram posts to us. `polling`: somebody else fetches the updates. `external`: another Bot API server posts to us. */
const deliverySchema = z.enum(['webhook', 'polling', 'external']);
export type Delivery = z.infer<typeof deliverySchema>;

const registrationSchema = z.object({
  WebhookUrl: z.url(),
  /** Raised by the owner after a new token was put into the secret. */
  BotTokenVersion: z.string(),
  Delivery: deliverySchema,
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
}

/** @throws ZodError when CloudFormation's envelope itself is unusable: then there is nobody to answer. */
export const parseAddress = (event: unknown): Address => addressSchema.parse(event);

/** @throws ZodError naming the property that is missing or wrong. */
export const parseRequest = (event: unknown): RegistrationRequest => {
  const { RequestType, ResourceProperties, OldResourceProperties } = z
    .object({
      RequestType: addressSchema.shape.RequestType,
      ResourceProperties: registrationSchema,
      OldResourceProperties: z.object({ SecretGeneration: z.string().default('0') }).optional(),
    })
    .parse(event);
  return {
    kind: RequestType,
    registration: ResourceProperties,
    replaceSecret:
      OldResourceProperties !== undefined &&
      OldResourceProperties.SecretGeneration !== ResourceProperties.SecretGeneration,
  };
};
