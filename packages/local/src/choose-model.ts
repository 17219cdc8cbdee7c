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
  if (environment['AWS_BEARER_TOKEN_BEDROCK'] || environment['AWS_ACCESS_KEY_ID'])
    return chosen('bedrock:global.anthropic.claude-sonnet-5-5', 'AWS credentials are in the environment');
  if (environment['ANTHROPIC_API_KEY']) return chosen('anthropic:claude-sonnet-5-5', 'ANTHROPIC_API_KEY is set');
  const { OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: id } = environment;
  if (baseUrl && id) return chosen(`openai:${id}@${baseUrl}`, 'OPENAI_BASE_URL and OPENAI_MODEL are set');
  return chosen('demo', 'no model key found; --model chooses another');
};

/** The caller's variables that a model's client needs. They reach the container's model client and nothing else. */
export const modelEnvironment = (spec: string, environment: Environment): Record<string, string> => {
  const pick = (names: readonly string[], prefix = ''): Record<string, string> =>
    Object.fromEntries(names.flatMap((name) => (environment[name] ? [[`${prefix}${name}`, environment[name]]] : [])));
  if (spec.startsWith('anthropic:')) return pick(['ANTHROPIC_API_KEY']);
  if (spec.startsWith('openai:')) return pick(['OPENAI_API_KEY']);
  if (spec.startsWith('bedrock:')) {
    // Prefixed: the plain names hold the embedded services' keys there.
    const names = [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_REGION',
      'AWS_BEARER_TOKEN_BEDROCK',
      'AWS_ENDPOINT_URL_BEDROCK_RUNTIME',
    ];
    return pick(names, 'MODEL_');
  }
  return {};
};
