import { OWNER_CREDENTIALS } from '@agent-claw/embedded-aws';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ChosenModel {
  readonly spec: string;
  readonly heartbeatSpec: string;
  /** Where the choice comes from, for the start-up lines. */
  readonly why: string;
}

/** A cheap model of the same provider does the periodic checks. */
const heartbeatSpecFor = (spec: string): string => {
  if (spec.startsWith('bedrock:')) return 'bedrock:global.anthropic.claude-haiku-5-5';
  if (spec.startsWith('anthropic:')) return 'anthropic:claude-haiku-5-5';
  return spec;
};

const chosen = (spec: string, why: string): ChosenModel => ({ spec, heartbeatSpec: heartbeatSpecFor(spec), why });

/** What was asked for, else the best that the environment has keys for, else the built-in demo model. */
export const chooseModel = (asked: string | undefined, environment: Environment): ChosenModel => {
  if (asked !== undefined) return chosen(asked, 'as asked for');
  // The printed key of the embedded services, still exported in this terminal, opens no Bedrock.
  const isOwnKey = environment['AWS_ACCESS_KEY_ID'] === OWNER_CREDENTIALS.accessKeyId;
  if (!isOwnKey && environment['AWS_ACCESS_KEY_ID'] && environment['AWS_SECRET_ACCESS_KEY'])
    return chosen('bedrock:global.anthropic.claude-sonnet-5-5', 'AWS credentials are in the environment');
  if (environment['ANTHROPIC_API_KEY']) return chosen('anthropic:claude-sonnet-5-5', 'ANTHROPIC_API_KEY is set');
  const { OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: id } = environment;
  if (baseUrl && id) return chosen(`openai:${id}@${baseUrl}`, 'OPENAI_BASE_URL and OPENAI_MODEL are set');
  return chosen('demo', 'no model key found; --model chooses another');
};

/** What the environment lacks for this model, in words; null when nothing. A server of one's own may need no key. */
export const missingKey = (spec: string, environment: Environment): string | null => {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, ANTHROPIC_API_KEY: anthropicKey } = environment;
  if (spec.startsWith('anthropic:') && !anthropicKey) return 'ANTHROPIC_API_KEY';
  if (spec.startsWith('bedrock:') && (!id || !secret))
    return 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (profiles are not read)';
  return null;
};

/** The caller's variables that a model's client needs. They reach the container's model client and nothing else. */
export const modelEnvironment = (spec: string, environment: Environment): Record<string, string> => {
  const pick = (name: string): Record<string, string> => (environment[name] ? { [name]: environment[name] } : {});
  if (spec.startsWith('anthropic:')) return pick('ANTHROPIC_API_KEY');
  if (spec.startsWith('openai:')) return pick('OPENAI_API_KEY');
  if (spec.startsWith('bedrock:')) {
    // Under names of their own: the plain ones hold the embedded services' keys in the container.
    const renamed = {
      BEDROCK_ACCESS_KEY_ID: environment['AWS_ACCESS_KEY_ID'],
      BEDROCK_SECRET_ACCESS_KEY: environment['AWS_SECRET_ACCESS_KEY'],
      BEDROCK_SESSION_TOKEN: environment['AWS_SESSION_TOKEN'],
      BEDROCK_REGION: environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'],
      BEDROCK_ENDPOINT: environment['AWS_ENDPOINT_URL_BEDROCK_RUNTIME'] ?? environment['AWS_ENDPOINT_URL'],
    };
    return Object.fromEntries(Object.entries(renamed).flatMap(([name, value]) => (value ? [[name, value]] : [])));
  }
  return {};
};
