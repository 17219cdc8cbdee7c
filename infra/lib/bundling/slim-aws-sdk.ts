import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** Host name before the Region of each service whose address is that simple. S3 keeps its own rules: buckets, access points, path style. */
const HOSTS: Readonly<Record<string, string>> = {
  'client-dynamodb': 'dynamodb',
  'client-sqs': 'sqs',
  'client-secrets-manager': 'secretsmanager',
  'client-bedrock-agentcore': 'bedrock-agentcore',
};

/**
 * Errors that adapters recognise by class, and those of SQS's message operations: SQS names its errors in two ways, and
 * the client translates only what is on its list. Every other error keeps its name and `$metadata` as the base exception.
 */
const RECOGNISED =
  /registerError\((ConditionalCheckFailed|NoSuchKey|ResourceNotFound|QueueDoesNotExist|RequestThrottled|MessageNotInflight|ReceiptHandleIsInvalid|OverLimit)/u;

/**
 * Leaves out what the AWS clients carry for other callers than ours. Every cut ends in a thrown error or in the same
 * result, never in another answer; the parts that stay are the vendor's own, unchanged.
 */
export const slimAwsSdk: Plugin = {
  name: 'slim-aws-sdk',
  setup(build) {
    // A decision diagram with FIPS, dual-stack, account and partition rules, and its interpreter: 30 KB for one line.
    build.onLoad({ filter: /client-[a-z-]+\/dist-es\/endpoint\/endpointResolver\.js$/ }, ({ path }) => {
      const host = HOSTS[/client-[a-z-]+(?=\/dist-es)/u.exec(path)?.[0] ?? ''];
      return host === undefined ? null : { contents: endpointResolver(host), loader: 'js' };
    });
    build.onLoad({ filter: /client-[a-z0-9-]+\/dist-es\/schemas\/schemas_0\.js$/ }, ({ path }) => ({
      contents: usedSchemas(readFileSync(path, 'utf8')),
      loader: 'js',
    }));
    // Every client registers the table of partitions; only rules that are still there (S3's) read it, and they register it too.
    build.onLoad({ filter: /@aws-sdk\/core\/dist-es\/submodules\/client\/util-endpoints\/aws\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/^customEndpointFunctions\.aws = .*$/mu, ''),
      loader: 'js',
    }));
    // Clients read nothing but their version from it, for the user agent.
    build.onLoad({ filter: /@aws-sdk\/client-[a-z0-9-]+\/package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
    for (const [filter, contents] of STAND_INS) {
      const name = `stand-in-${filter.source}`;
      build.onResolve({ filter }, ({ path }) => ({ path, namespace: name, sideEffects: false }));
      build.onLoad({ filter: /./, namespace: name }, () => ({ contents, loader: 'js' }));
    }
  },
};

const endpointResolver = (host: string): string => `
  export const defaultEndpointResolver = ({ Endpoint, Region, UseFIPS, UseDualStack }) => {
    if (UseFIPS || UseDualStack) throw new Error('This bundle has no FIPS and no dual-stack endpoints. Unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT.');
    const suffix = Region?.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    return { url: new URL(Endpoint ?? 'https://${host}.' + Region + '.' + suffix), properties: {}, headers: {} };
  };`;

/**
 * The schemas, so written that esbuild can leave out those of operations we do not call. What is registered must stay,
 * and so must an object with a computed key, because computing it may do something.
 */
const usedSchemas = (source: string): string => {
  const names = new Map(
    [...source.matchAll(/^const (_\w+) = ("[^"]*");$/gmu)].map(([, name = '', text = '']) => [name, text]),
  );
  return source
    .replace(/^n0_registry\.registerError\(.*\);$/gmu, (line) => (RECOGNISED.test(line) ? line : ''))
    .replace(/\[(_\w+)\]:/gu, (key, name: string) => (names.has(name) ? `${names.get(name)}:` : key));
};

const STAND_INS: readonly (readonly [filter: RegExp, contents: string])[] = [
  // No operation of ours is an event stream: the agent's answer is a plain body of server-sent events.
  [
    /^@smithy\/core\/event-streams$/,
    `const refuse = () => { throw new Error('This bundle has no event streams (infra/lib/bundling/slim-aws-sdk.ts).'); };
     export const resolveEventStreamSerdeConfig = (config) => config;
     export const eventStreamSerdeProvider = () => ({ serialize: refuse, deserialize: refuse });
     export class EventStreamSerde { constructor() { refuse(); } }`,
  ],
  // What the hashes fall back to on a Node without OpenSSL.
  [
    /\/(Sha256|Md5)Js$/,
    `class Missing { constructor() { throw new Error('This bundle needs a Node with node:crypto.'); } }
     export { Missing as Sha256Js, Missing as Md5Js };`,
  ],
  // DynamoDB's endpoint discovery is off unless somebody switches it on; it brings an LRU cache along.
  [
    /^@aws-sdk\/middleware-endpoint-discovery$/,
    `export const resolveEndpointDiscoveryConfig = (config) => config;
     export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = { environmentVariableSelector: () => undefined, configFileSelector: () => undefined, default: false };`,
  ],
];
