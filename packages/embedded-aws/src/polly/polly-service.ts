import { AwsError, jsonBody, notImplemented, type AwsRequest, type AwsResponse, type AwsService } from '../service.ts';
import { silentSpeech } from './silent-speech.ts';

type Input = Readonly<Record<string, unknown>>;

/** doc: https://docs.aws.amazon.com/polly/latest/dg/limits.html */
const MAX_BILLED_CHARS = 3_000;
const FORMATS: ReadonlySet<string> = new Set(['json', 'mp3', 'ogg_opus', 'ogg_vorbis', 'pcm', 'mulaw', 'alaw']);
const ENGINES: ReadonlySet<string> = new Set(['standard', 'neural', 'long-form', 'generative']);
/** Voices without a neural engine; a few, to be refused as the real service does. */
const STANDARD_ONLY: ReadonlySet<string> = new Set([
  'Carla',
  'Hans',
  'Marlene',
  'Mizuki',
  'Raveena',
  'Russell',
  'Tatyana',
]);

const operationOf = ({ method, path }: AwsRequest): string => {
  if (path === '/v1/speech' && method === 'POST') return 'SynthesizeSpeech';
  return `${method} ${path}`;
};

const textOf = (member: unknown): string => (typeof member === 'string' ? member : '');
const invalid = (message: string): AwsError => new AwsError('ValidationException', 400, message);

/** Amazon Polly, of which only speech in one go is here. It says nothing, for as long as the words would last. */
export const createPollyService = (): AwsService => ({
  name: 'polly',
  protocol: 'rest-json',
  describe(request) {
    const operation = operationOf(request);
    if (operation !== 'SynthesizeSpeech') throw notImplemented('polly', operation);
    // Without a lexicon there is no resource to name.
    return [{ action: 'polly:SynthesizeSpeech', resource: '*' }];
  },
  async handle(request) {
    return synthesize(await jsonBody(request));
  },
});

const synthesize = (input: Input): AwsResponse => {
  const [text, voice, format] = [textOf(input['Text']), textOf(input['VoiceId']), textOf(input['OutputFormat'])];
  if (text === '' || voice === '') throw invalid('Text and VoiceId are required.');
  if (!/^[A-Z][a-z]+$/u.test(voice)) throw invalid(`The voice ${voice} does not exist.`);
  if (!FORMATS.has(format)) throw invalid(`OutputFormat ${format} is not one of ${[...FORMATS].join(', ')}.`);
  if (format !== 'ogg_opus') throw notImplemented('polly', `SynthesizeSpeech with OutputFormat ${format}`);
  const engine = textOf(input['Engine']) || 'standard';
  if (!ENGINES.has(engine)) throw invalid(`Engine ${engine} does not exist.`);
  if (engine === 'neural' && STANDARD_ONLY.has(voice))
    throw new AwsError('EngineNotSupportedException', 400, 'This voice does not support the selected engine: neural');
  if (text.length > MAX_BILLED_CHARS)
    throw new AwsError('TextLengthExceededException', 400, 'Maximum text length has been exceeded');
  return {
    status: 200,
    headers: { 'content-type': 'audio/ogg', 'x-amzn-requestcharacters': String(text.length) },
    body: silentSpeech(text),
  };
};
