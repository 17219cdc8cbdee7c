import { OWNER_CREDENTIALS } from '@agent-claw/embedded-aws';
import { describe, expect, it } from 'vitest';
import { chooseModel, missingKey, modelEnvironment } from './choose-model.ts';
import { helpText, parseOptions } from './options.ts';

const TOKEN = '123456:abcdefghijklmnopqrstuvwxyz';

describe('parseOptions', () => {
  it('takes defaults, then variables, then flags', () => {
    const parsed = parseOptions(['--port', '4000', '--no-open'], { AGENT_CLAW_PORT: '5000', AGENT_CLAW_MODEL: 'demo' });
    expect(parsed).toEqual({
      kind: 'run',
      options: {
        host: '127.0.0.1',
        port: 4000,
        awsPort: 0,
        dataDir: '.agent-claw',
        telegramApiRoot: undefined,
        telegramToken: undefined,
        webhookSecret: undefined,
        ownerId: undefined,
        model: 'demo',
        open: false,
      },
    });
  });

  it.each([
    [['--port', 'x'], '--port is "x". Give a port from 0 (any free one) to 65535.'],
    [['--model', 'gpt'], '--model is "gpt". Give demo, bedrock:<id>, anthropic:<id> or openai:<id>@<base URL>.'],
    [
      ['--telegram-token', 'nonsense', '--owner', '1'],
      '--telegram-token has the wrong form. Give the token as BotFather shows it: digits, a colon, letters.',
    ],
    [
      ['--telegram-token', TOKEN],
      '--telegram-token needs --owner: your numeric Telegram id (@userinfobot shows it), or none to claim the bot with a link.',
    ],
    [['--webhook-secret', 's'], '--webhook-secret needs --telegram-api-root: say where the replies go.'],
    [['--prot', '1'], "Unknown option '--prot'. See npm start -- --help."],
  ])('says in one line what is wrong with %o', (args, problem) => {
    expect(parseOptions(args, {})).toEqual({ kind: 'wrong', problems: [problem] });
  });

  it('takes an owner by number, or nobody, and nothing else', () => {
    const ownerOf = (owner: string) => {
      const parsed = parseOptions(['--owner', owner], {});
      return parsed.kind === 'run' ? parsed.options.ownerId : parsed;
    };
    expect([ownerOf('7'), ownerOf('none')]).toEqual(['7', '']);
    expect(ownerOf('@ada')).toEqual({
      kind: 'wrong',
      problems: ['--owner is "@ada". Give the numeric user id (@userinfobot shows yours), or none.'],
    });
  });

  it('never repeats a token or secret that it refuses', () => {
    const parsed = parseOptions(['--telegram-token', 'my-secret-text'], {});
    expect(JSON.stringify(parsed)).not.toContain('my-secret-text');
  });

  it('documents every flag with its variable', () => {
    const help = helpText();
    for (const name of [
      'port',
      'data-dir',
      'telegram-api-root',
      'telegram-token',
      'webhook-secret',
      'owner',
      'model',
      'aws-port',
      'no-open',
    ])
      expect(help).toContain(`--${name}`);
    expect(help.match(/AGENT_CLAW_[A-Z_]+/gu)).toHaveLength(9);
  });
});

describe('chooseModel', () => {
  it.each([
    ['demo', {}, undefined],
    ['anthropic:claude-sonnet-5-5', { ANTHROPIC_API_KEY: 'k' }, undefined],
    [
      'bedrock:global.anthropic.claude-sonnet-5-5',
      { ANTHROPIC_API_KEY: 'k', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' },
      undefined,
    ],
    [
      'openai:llama@http://127.0.0.1:11434/v1',
      { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1', OPENAI_MODEL: 'llama' },
      undefined,
    ],
    ['demo', { ANTHROPIC_API_KEY: 'k' }, 'demo'],
    ['demo', { AWS_ACCESS_KEY_ID: OWNER_CREDENTIALS.accessKeyId, AWS_SECRET_ACCESS_KEY: 's' }, undefined],
  ])('is %s for %o when asked for %s', (spec, environment, asked) => {
    expect(chooseModel(asked, environment).spec).toBe(spec);
  });

  it.each([
    ['anthropic:x', {}, 'ANTHROPIC_API_KEY'],
    ['anthropic:x', { ANTHROPIC_API_KEY: 'k' }, null],
    ['bedrock:x', {}, 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (profiles are not read)'],
    ['bedrock:x', { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' }, null],
    ['openai:x@http://127.0.0.1:1/v1', {}, null],
    ['demo', {}, null],
  ])('names what %s lacks with %o', (spec, environment, missing) => {
    expect(missingKey(spec, environment)).toBe(missing);
  });

  it("hands a model's client the caller's keys and no others", () => {
    const environment = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's', ANTHROPIC_API_KEY: 'k', HOME: '/h' };
    expect([
      modelEnvironment('bedrock:x', environment),
      modelEnvironment('anthropic:x', environment),
      modelEnvironment('demo', environment),
    ]).toEqual([{ BEDROCK_ACCESS_KEY_ID: 'a', BEDROCK_SECRET_ACCESS_KEY: 's' }, { ANTHROPIC_API_KEY: 'k' }, {}]);
  });
});
