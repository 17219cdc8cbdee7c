import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, describe, expect, it } from 'vitest';
import { startTarget } from './target.ts';

// Each describe names the page of docs.aws.amazon.com/secretsmanager/latest that its checks rest on.
const target = await startTarget();
const secrets = new SecretsManagerClient({ ...target.client, maxAttempts: 1 });
afterAll(() => target.close());
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: Error) => error.name,
  );

describe('staging labels (userguide/getting-started.html#term_version, apireference/API_UpdateSecretVersionStage.html)', () => {
  it('moves AWSCURRENT and keeps AWSPREVIOUS on the version before', async () => {
    const Name = target.unique('secret');
    const one = await secrets.send(new CreateSecretCommand({ Name, SecretString: 'one' }));
    const two = await secrets.send(
      new PutSecretValueCommand({ SecretId: Name, SecretString: 'two', VersionStages: ['AWSPENDING'] }),
    );
    const value = async (VersionStage: string) =>
      (await secrets.send(new GetSecretValueCommand({ SecretId: one.ARN, VersionStage }))).SecretString;
    expect([await value('AWSCURRENT'), await value('AWSPENDING')]).toEqual(['one', 'two']);
    const move = { SecretId: Name, VersionStage: 'AWSCURRENT', MoveToVersionId: two.VersionId };
    expect(await failure(secrets.send(new UpdateSecretVersionStageCommand(move)))).toBe('InvalidParameterException');
    await secrets.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: one.VersionId }));
    expect([await value('AWSCURRENT'), await value('AWSPREVIOUS')]).toEqual(['two', 'one']);
    const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId: Name }));
    expect(VersionIdsToStages?.[one.VersionId ?? '']).toEqual(['AWSPREVIOUS']);
  });
});

describe('idempotency (apireference/API_PutSecretValue.html)', () => {
  it('takes a token once, and refuses it for another value', async () => {
    const Name = target.unique('secret');
    await secrets.send(new CreateSecretCommand({ Name, SecretString: 'one' }));
    const put = (SecretString: string) =>
      secrets.send(new PutSecretValueCommand({ SecretId: Name, SecretString, ClientRequestToken: 'a'.repeat(32) }));
    expect((await put('two')).VersionId).toBe((await put('two')).VersionId);
    expect(await failure(put('three'))).toBe('ResourceExistsException');
    expect(await failure(secrets.send(new CreateSecretCommand({ Name, SecretString: 'x' })))).toBe(
      'ResourceExistsException',
    );
    expect(await failure(secrets.send(new GetSecretValueCommand({ SecretId: target.unique('none') })))).toBe(
      'ResourceNotFoundException',
    );
  });
});
