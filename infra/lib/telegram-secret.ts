import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** The bot token and the webhook secrets. The stack makes it empty; the token's way in is docs/decisions/0002-the-tokens-way.md. */
export class TelegramSecret extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description: 'agent-claw: {"botToken":"..."} of the Telegram bot. The webhook secret is added by the stack.',
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // A generated value would look like a token that Telegram refuses; without a value the stack knows that nobody has connected a bot.
    (this.secret.node.defaultChild as CfnSecret).addPropertyDeletionOverride('GenerateSecretString');
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason: 'Only @BotFather can issue a new bot token, and only the owner can ask for one. docs/deploy.md says how.',
    });
  }
}
