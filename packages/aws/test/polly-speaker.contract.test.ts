import { speakerContract } from '@agent-claw/testkit/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pollyClient, pollySpeaker } from '../src/polly-speaker.ts';
import { openEndpoint } from './endpoint.ts';
import type { TestEndpoint } from './endpoint.ts';

let endpoint: TestEndpoint;
beforeAll(async () => {
  endpoint = await openEndpoint();
});
afterAll(() => endpoint.close());

/** A speaker, and the voices that it asked for. */
const aSpeaker = (voice = 'Joanna') => {
  const client = pollyClient(endpoint.clientConfig);
  const voices: unknown[] = [];
  client.middlewareStack.add(
    (next) => (args) => {
      voices.push((args.input as { readonly VoiceId?: unknown }).VoiceId);
      return next(args);
    },
    { step: 'initialize' },
  );
  return { speaker: pollySpeaker({ client, voice }), voices };
};

describe('pollySpeaker', () => {
  speakerContract(async () => aSpeaker().speaker);

  it('takes the voice of the region, of the language, or the usual one', async () => {
    const { speaker, voices } = aSpeaker('Ruth');
    for (const language of ['pt-BR', 'pt_PT', 'DE', 'tlh', undefined]) await speaker.speak('Hi.', language);
    expect(voices).toEqual(['Camila', 'Ines', 'Vicki', 'Ruth', 'Ruth']);
  });

  it('says what to do about a voice that cannot speak', async () => {
    expect([await aSpeaker('Hans').speaker.speak('Hi.'), await aSpeaker('nobody').speaker.speak('Hi.')]).toEqual([
      {
        kind: 'refused',
        reason: 'The chosen voice is not a neural one. The owner can set another in the parameter Voice.',
      },
      { kind: 'refused', reason: 'The voice service does not take this text or voice.' },
    ]);
  });
});
