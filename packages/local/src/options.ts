import { parseArgs } from 'node:util';

export interface LocalOptions {
  readonly host: string;
  readonly port: number;
  readonly awsPort: number;
  readonly dataDir: string;
  /** Another Bot API server than the built-in double. */
  readonly telegramApiRoot: string | undefined;
  readonly telegramToken: string | undefined;
  readonly webhookSecret: string | undefined;
  /** Numeric Telegram user id; undefined for the double's first person. */
  /** Empty: nobody owns the bot until somebody claims it. */
  readonly ownerId: string | undefined;
  readonly model: string | undefined;
  readonly open: boolean;
}

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: LocalOptions }
  | { readonly kind: 'help' }
  /** One clear line each: what is wrong and what to write instead. */
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

const FLAGS = {
  host: { variable: 'AGENT_CLAW_HOST', argument: '<address>', help: 'address to listen on (default 127.0.0.1)' },
  port: { variable: 'AGENT_CLAW_PORT', argument: '<port>', help: 'chat page, webhook and health check (default 3000)' },
  'data-dir': {
    variable: 'AGENT_CLAW_DATA_DIR',
    argument: '<folder>',
    help: 'where everything is kept (default .agent-claw)',
  },
  'telegram-api-root': {
    variable: 'AGENT_CLAW_TELEGRAM_API_ROOT',
    argument: '<url>',
    help: 'use this Bot API server instead of the built-in one',
  },
  'telegram-token': {
    variable: 'AGENT_CLAW_TELEGRAM_TOKEN',
    argument: '<token>',
    help: 'bot token; without an API root: chat with the real Telegram by long polling',
  },
  'webhook-secret': {
    variable: 'AGENT_CLAW_WEBHOOK_SECRET',
    argument: '<secret>',
    help: 'accept updates at /telegram/webhook from whoever has it',
  },
  owner: {
    variable: 'AGENT_CLAW_OWNER_ID',
    argument: '<id>',
    help: 'numeric Telegram user id of the owner; none: whoever follows the printed link',
  },
  model: {
    variable: 'AGENT_CLAW_MODEL',
    argument: '<model>',
    help: 'demo, bedrock:<id>, anthropic:<id>, openai:<id>@<base URL>',
  },
  'aws-port': {
    variable: 'AGENT_CLAW_AWS_PORT',
    argument: '<port>',
    help: 'the embedded AWS endpoint (default: next free port)',
  },
} as const;
type FlagName = keyof typeof FLAGS;

export const helpText = (): string => {
  const rows = Object.entries(FLAGS).map(
    ([name, flag]) => [`  --${name} ${flag.argument}`, flag.variable, flag.help] as const,
  );
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column as 0 | 1].length)));
  const table = rows.map(
    ([flag, variable, help]) => `${flag.padEnd(widths[0] ?? 0)}  ${variable.padEnd(widths[1] ?? 0)}  ${help}`,
  );
  return [
    'agent-claw on this machine: the deployed stack on embedded AWS services, with a chat page.',
    '',
    'npm start -- [flags]      (each flag can be given as the variable beside it)',
    '',
    ...table,
    '  --no-open                 do not open a browser',
    '  --help                    this text',
  ].join('\n');
};

const portOf = (name: FlagName, text: string | undefined, fallback: number, problems: string[]): number => {
  if (text === undefined) return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  problems.push(`--${name} is "${text}". Give a port from 0 (any free one) to 65535.`);
  return fallback;
};

const MODEL = /^(?:demo|bedrock:.+|anthropic:.+|openai:[^@]+@https?:\/\/.+)$/u;

const checkValues = (value: (name: FlagName) => string | undefined, problems: string[]): void => {
  const check = (name: FlagName, isRight: (text: string) => boolean, expected: string, shown = true): void => {
    const text = value(name);
    if (text !== undefined && !isRight(text))
      problems.push(`--${name} ${shown ? `is "${text}"` : 'has the wrong form'}. ${expected}`);
  };
  check(
    'telegram-token',
    (text) => (value('telegram-api-root') === undefined ? /^\d{3,}:[\w-]{20,}$/u : /^\d+:[\w-]+$/u).test(text),
    'Give the token as BotFather shows it: digits, a colon, letters.',
    false,
  );
  check(
    'webhook-secret',
    (text) => /^[\w-]{1,256}$/u.test(text),
    'Use 1 to 256 characters of A-Z a-z 0-9 _ and -.',
    false,
  );
  check(
    'owner',
    (text) => /^(?:\d{1,20}|none)$/u.test(text),
    'Give the numeric user id (@userinfobot shows yours), or none.',
  );
  check(
    'telegram-api-root',
    (text) => URL.canParse(text) && /^https?:/u.test(text),
    'Give a URL such as http://127.0.0.1:8081.',
  );
  check('model', (text) => MODEL.test(text), 'Give demo, bedrock:<id>, anthropic:<id> or openai:<id>@<base URL>.');
  if (value('webhook-secret') !== undefined && value('telegram-api-root') === undefined)
    problems.push('--webhook-secret needs --telegram-api-root: say where the replies go.');
  if (value('telegram-token') !== undefined && value('telegram-api-root') === undefined && value('owner') === undefined)
    problems.push(
      '--telegram-token needs --owner: your numeric Telegram id (@userinfobot shows it), or none to claim the bot with a link.',
    );
};

/** Flags win over variables. Every problem is reported at once. */
export const parseOptions = (
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ParsedOptions => {
  const problems: string[] = [];
  const definitions = Object.fromEntries(Object.keys(FLAGS).map((name) => [name, { type: 'string' as const }]));
  const read = () =>
    parseArgs({
      args: [...args],
      options: {
        ...definitions,
        'no-open': { type: 'boolean' },
        open: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = read());
  } catch (error) {
    return {
      kind: 'wrong',
      problems: [`${error instanceof Error ? error.message.split('. ')[0] : String(error)}. See npm start -- --help.`],
    };
  }
  if (values['help'] === true) return { kind: 'help' };
  const value = (name: FlagName): string | undefined => {
    const given = values[name];
    const text = typeof given === 'string' ? given : environment[FLAGS[name].variable];
    return text === '' ? undefined : text;
  };
  checkValues(value, problems);
  const options: LocalOptions = {
    host: value('host') ?? '127.0.0.1',
    port: portOf('port', value('port'), 3000, problems),
    awsPort: portOf('aws-port', value('aws-port'), 0, problems),
    dataDir: value('data-dir') ?? '.agent-claw',
    telegramApiRoot: value('telegram-api-root')?.replace(/\/+$/u, ''),
    telegramToken: value('telegram-token'),
    webhookSecret: value('webhook-secret'),
    ownerId: value('owner') === 'none' ? '' : value('owner'),
    model: value('model'),
    open: values['no-open'] !== true,
  };
  return problems.length > 0 ? { kind: 'wrong', problems } : { kind: 'run', options };
};
