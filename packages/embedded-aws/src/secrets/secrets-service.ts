import { randomInt } from 'node:crypto';
import type { EmbeddedClock } from '../clock.ts';
import { AwsError, jsonBody, jsonResponse, notImplemented, targetOperation, type AwsService } from '../service.ts';
import type { Secret, SecretStore, SecretValue, SecretVersion } from './secret-store.ts';

type Input = Record<string, unknown>;

/** Secrets Manager over AWS JSON 1.1. */
export const createSecretsService = ({
  secrets,
  clock,
}: {
  secrets: SecretStore;
  clock: EmbeddedClock;
}): AwsService => ({
  name: 'secretsmanager',
  protocol: 'json-1.1',
  async describe(request) {
    const operation = targetOperation(request);
    if (OPERATIONS[operation] === undefined) throw notImplemented('secretsmanager', operation);
    return [
      { action: `secretsmanager:${operation}`, resource: resourceOf(operation, await jsonBody(request), secrets) },
    ];
  },
  async handle(request) {
    const run = OPERATIONS[targetOperation(request)];
    if (run === undefined) throw notImplemented('secretsmanager', targetOperation(request));
    return jsonResponse('json-1.1', run(await jsonBody(request), secrets, clock));
  },
  close: async () => secrets.close(),
});

// An unknown name is checked as such, so that a caller without permission cannot learn which secrets exist.
const resourceOf = (operation: string, input: Input, secrets: SecretStore): string => {
  if (operation === 'ListSecrets' || operation === 'GetRandomPassword') return '*';
  const id = textOf(input['SecretId']) ?? textOf(input['Name']) ?? '';
  return secrets.list().find(({ arn, name }) => name === id || arn === id || arn.slice(0, -7) === id)?.arn ?? id;
};

const textOf = (member: unknown): string | undefined => (typeof member === 'string' ? member : undefined);
const epochS = (ms: number): number => ms / 1000;

const valueOf = (input: Input): SecretValue | null => {
  const string = textOf(input['SecretString']);
  const binary = textOf(input['SecretBinary']);
  if (string !== undefined && binary !== undefined) {
    throw new AwsError(
      'InvalidParameterException',
      400,
      `You can't specify both a binary secret value and a string secret value in the same secret.`,
    );
  }
  if (string !== undefined) return { string };
  return binary === undefined ? null : { binary };
};

const live = (secrets: SecretStore, input: Input): Secret => {
  const secret = secrets.find(textOf(input['SecretId']) ?? '');
  if (secret.deletedAtMs === null) return secret;
  throw new AwsError(
    'InvalidRequestException',
    400,
    `You can't perform this operation on the secret because it was marked for deletion.`,
  );
};

const named = ({ arn, name }: Secret): Input => ({ ARN: arn, Name: name });

const describe = (secret: Secret, versions: readonly SecretVersion[]): Input => ({
  ...named(secret),
  ...(secret.description === null ? {} : { Description: secret.description }),
  CreatedDate: epochS(secret.createdAtMs),
  LastChangedDate: epochS(secret.changedAtMs),
  ...(secret.deletedAtMs === null ? {} : { DeletedDate: epochS(secret.deletedAtMs) }),
  VersionIdsToStages: Object.fromEntries(
    versions.filter(({ stages }) => stages.length > 0).map(({ versionId, stages }) => [versionId, stages]),
  ),
});

const pick = (versions: readonly SecretVersion[], input: Input): SecretVersion => {
  const id = textOf(input['VersionId']);
  const stage = textOf(input['VersionStage']) ?? (id === undefined ? 'AWSCURRENT' : undefined);
  const found = versions.find(
    (version) =>
      (id === undefined || version.versionId === id) && (stage === undefined || version.stages.includes(stage)),
  );
  if (found !== undefined) return found;
  const wanted = stage === undefined ? `VersionId: ${id}` : `staging label: ${stage}`;
  throw new AwsError(
    'ResourceNotFoundException',
    400,
    `Secrets Manager can't find the specified secret value for ${wanted}`,
  );
};

const OPERATIONS: Readonly<Record<string, (input: Input, secrets: SecretStore, clock: EmbeddedClock) => Input>> = {
  CreateSecret(input, secrets) {
    const name = textOf(input['Name']) ?? '';
    if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) {
      throw new AwsError(
        'ValidationException',
        400,
        `Invalid name "${name}". Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!`,
      );
    }
    const { secret, versionId } = secrets.create(
      name,
      textOf(input['Description']) ?? null,
      valueOf(input),
      textOf(input['ClientRequestToken']),
    );
    return { ...named(secret), ...(versionId === null ? {} : { VersionId: versionId }) };
  },
  GetSecretValue(input, secrets) {
    const secret = live(secrets, input);
    const { versionId, stages, createdAtMs, string, binary } = pick(secrets.versions(secret.arn), input);
    return {
      ...named(secret),
      VersionId: versionId,
      VersionStages: stages,
      CreatedDate: epochS(createdAtMs),
      SecretString: string,
      SecretBinary: binary,
    };
  },
  PutSecretValue(input, secrets) {
    const secret = live(secrets, input);
    const value = valueOf(input);
    if (value === null)
      throw new AwsError('InvalidRequestException', 400, 'You must provide either SecretString or SecretBinary.');
    const stages = (input['VersionStages'] as string[] | undefined) ?? ['AWSCURRENT'];
    const version = secrets.put(secret.arn, value, textOf(input['ClientRequestToken']), stages);
    return { ...named(secret), VersionId: version.versionId, VersionStages: version.stages };
  },
  UpdateSecret(input, secrets) {
    const secret = live(secrets, input);
    const value = valueOf(input);
    const description = textOf(input['Description']);
    if (description !== undefined) secrets.describe(secret.arn, description);
    if (value === null) return named(secret);
    return {
      ...named(secret),
      VersionId: secrets.put(secret.arn, value, textOf(input['ClientRequestToken']), ['AWSCURRENT']).versionId,
    };
  },
  DescribeSecret(input, secrets) {
    const secret = secrets.find(textOf(input['SecretId']) ?? '');
    return describe(secret, secrets.versions(secret.arn));
  },
  ListSecrets: (_input, secrets) => ({
    SecretList: secrets
      .list()
      .filter(({ deletedAtMs }) => deletedAtMs === null)
      .map((secret) => {
        const { VersionIdsToStages, ...rest } = describe(secret, secrets.versions(secret.arn));
        return { ...rest, SecretVersionsToStages: VersionIdsToStages };
      }),
  }),
  ListSecretVersionIds(input, secrets) {
    const secret = secrets.find(textOf(input['SecretId']) ?? '');
    const shown = secrets
      .versions(secret.arn)
      .filter(({ stages }) => stages.length > 0 || input['IncludeDeprecated'] === true);
    return {
      ...named(secret),
      Versions: shown.map(({ versionId, stages, createdAtMs }) => ({
        VersionId: versionId,
        VersionStages: stages,
        CreatedDate: epochS(createdAtMs),
      })),
    };
  },
  UpdateSecretVersionStage(input, secrets) {
    const secret = live(secrets, input);
    secrets.moveStage(
      secret.arn,
      textOf(input['VersionStage']) ?? '',
      textOf(input['RemoveFromVersionId']),
      textOf(input['MoveToVersionId']),
    );
    return named(secret);
  },
  DeleteSecret(input, secrets, clock) {
    const secret = secrets.find(textOf(input['SecretId']) ?? '');
    const days = (input['RecoveryWindowInDays'] as number | undefined) ?? 30;
    const force = input['ForceDeleteWithoutRecovery'] === true;
    const atMs = clock.now() + (force ? 0 : days * 86_400_000);
    if (force) secrets.remove(secret.arn);
    else secrets.markDeleted(secret.arn, atMs);
    return { ...named(secret), DeletionDate: epochS(atMs) };
  },
  RestoreSecret(input, secrets) {
    const secret = secrets.find(textOf(input['SecretId']) ?? '');
    secrets.markDeleted(secret.arn, null);
    return named(secret);
  },
  GetRandomPassword: (input) => ({ RandomPassword: randomPassword(input) }),
};

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** A password by the rules of GetRandomPassword, which a template's GenerateSecretString shares. */
export const randomPassword = (input: Input): string => {
  const excluded = textOf(input['ExcludeCharacters']) ?? '';
  const classes = [
    input['ExcludeLowercase'] === true ? '' : LOWER,
    input['ExcludeUppercase'] === true ? '' : LOWER.toUpperCase(),
    input['ExcludeNumbers'] === true ? '' : '0123456789',
    input['ExcludePunctuation'] === true ? '' : PUNCTUATION,
    input['IncludeSpace'] === true ? ' ' : '',
  ].map((chars) => chars.split('').filter((char) => !excluded.includes(char)));
  const all = classes.flat();
  const length = Number(input['PasswordLength'] ?? 32);
  const one = (chars: readonly string[]): string => chars[randomInt(chars.length)] as string;
  const required =
    input['RequireEachIncludedType'] === false ? [] : classes.filter((chars) => chars.length > 0).map(one);
  const chars = [...required, ...Array.from({ length: Math.max(0, length - required.length) }, () => one(all))];
  for (let i = chars.length - 1; i > 0; i -= 1) {
    const j = randomInt(i + 1);
    [chars[i], chars[j]] = [chars[j] as string, chars[i] as string];
  }
  return chars.join('');
};
