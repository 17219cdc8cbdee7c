import { MAX_SPOKEN_CHARS } from '@agent-claw/core';
import type { Speaker } from '@agent-claw/core';
import { PollyClient, SynthesizeSpeechCommand } from '@aws-sdk/client-polly';
import type { PollyClientConfig, VoiceId } from '@aws-sdk/client-polly';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { translated, vendorFacts } from './vendor-error.ts';

export interface PollySpeakerOptions {
  readonly client: PollyClient;
  /** Of Amazon Polly's neural voices: the usual one. */
  readonly voice: string;
}

/** By itself this client speaks HTTP/2, which only streams need and an `http:` endpoint does not understand. */
export const pollyClient = ({
  requestHandler = {},
  ...config
}: Omit<PollyClientConfig, 'requestHandler'> & {
  readonly requestHandler?: NodeHttpHandlerOptions;
} = {}): PollyClient => new PollyClient({ ...config, requestHandler: new NodeHttpHandler(requestHandler) });

/** A neural voice for each language that has one; a region's own wins over its language's. */
const VOICES: Readonly<Record<string, VoiceId>> = {
  ar: 'Hala',
  ca: 'Arlet',
  cs: 'Jitka',
  da: 'Sofie',
  de: 'Vicki',
  en: 'Joanna',
  'en-au': 'Olivia',
  'en-gb': 'Amy',
  es: 'Lucia',
  'es-mx': 'Mia',
  'es-us': 'Lupe',
  fi: 'Suvi',
  fr: 'Lea',
  'fr-ca': 'Gabrielle',
  hi: 'Kajal',
  it: 'Bianca',
  ja: 'Kazuha',
  ko: 'Seoyeon',
  nb: 'Ida',
  nl: 'Laura',
  no: 'Ida',
  pl: 'Ola',
  pt: 'Ines',
  'pt-br': 'Camila',
  sv: 'Elin',
  tr: 'Burcu',
  zh: 'Zhiyu',
};

/** Refusals of this text or this voice: asked again they would be the same. */
const REFUSALS: Readonly<Record<string, string>> = {
  TextLengthExceededException: 'The text is too long for the voice service. Say it shorter.',
  LanguageNotSupportedException: 'The voice does not speak this language.',
  EngineNotSupportedException:
    'The chosen voice is not a neural one. The owner can set another in the parameter Voice.',
  ValidationException: 'The voice service does not take this text or voice.',
  InvalidSsmlException: 'The voice service does not take this text.',
};

/** Amazon Polly's neural voices, as Ogg Opus. */
export const pollySpeaker = ({ client, voice }: PollySpeakerOptions): Speaker => ({
  async speak(text, language) {
    if (text.length > MAX_SPOKEN_CHARS)
      return { kind: 'refused', reason: `The text is longer than ${MAX_SPOKEN_CHARS} characters.` };
    try {
      const { AudioStream } = await client.send(
        new SynthesizeSpeechCommand({
          Engine: 'neural',
          OutputFormat: 'ogg_opus',
          Text: text,
          TextType: 'text',
          VoiceId: voiceFor(language) ?? (voice as VoiceId),
        }),
      );
      return { kind: 'spoken', bytes: (await AudioStream?.transformToByteArray()) ?? new Uint8Array() };
    } catch (error) {
      const reason = REFUSALS[vendorFacts(error).name];
      if (reason !== undefined) return { kind: 'refused', reason };
      throw translated('Speaking a text', error);
    }
  },
});

const voiceFor = (language = ''): VoiceId | undefined => {
  const tag = language.trim().toLowerCase().replaceAll('_', '-');
  return VOICES[tag] ?? VOICES[tag.split('-', 1)[0] ?? ''];
};
