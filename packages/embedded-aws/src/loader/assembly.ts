import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One resource of a template, its properties still with intrinsics. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** The parts of a CloudFormation template that matter for running it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Condition?: string }>>;
}

/** A template parameter as declared. */
export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedValues?: readonly (string | number)[];
  readonly AllowedPattern?: string;
}

/** One stack of a synthesized app, with the directories its assets are in. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  /** Directory of the asset whose hash is part of `reference` (an S3 key or an image URI). @throws when there is none. */
  fileAsset(reference: string): string;
  imageAsset(reference: string): { readonly directory: string; readonly dockerfile: string };
}

interface Manifest {
  readonly artifacts?: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly properties?: { readonly templateFile?: string; readonly file?: string; readonly stackName?: string };
      }
    >
  >;
}

interface AssetManifest {
  readonly files?: Readonly<Record<string, { readonly source: { readonly path?: string } }>>;
  readonly dockerImages?: Readonly<
    Record<string, { readonly source: { readonly directory?: string; readonly dockerFile?: string } }>
  >;
}

/** Reads `cdk.out`. @throws when it is missing or holds several stacks and none is named. */
export const readAssembly = (cdkOut: string, stackName?: string): Assembly => {
  const manifestPath = join(cdkOut, 'manifest.json');
  if (!existsSync(manifestPath)) throw new Error(`Reading ${manifestPath} failed: it is missing. Run cdk synth first.`);
  const artifacts = Object.entries(readJson<Manifest>(manifestPath).artifacts ?? {});
  const stacks = artifacts
    .filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack')
    .map(([id, { properties }]) => ({ name: properties?.stackName ?? id, file: properties?.templateFile ?? '' }));
  const named = stacks.filter((stack) => stackName === undefined || stack.name === stackName);
  const [stack] = named;
  if (stack === undefined || named.length > 1) {
    const names = stacks.map(({ name }) => name).join(', ');
    throw new Error(`Choosing stack "${stackName ?? ''}" of ${cdkOut} failed: it holds ${names || 'none'}. Name one.`);
  }
  const assets = artifacts
    .filter(([, artifact]) => artifact.type === 'cdk:asset-manifest')
    .map(([, { properties }]) => readJson<AssetManifest>(join(cdkOut, properties?.file ?? '')));
  const find = <T>(kind: string, reference: string, known: readonly (readonly [string, T])[]): T => {
    const found = known.find(([hash]) => reference.includes(hash));
    if (found === undefined)
      throw new Error(`No ${kind} asset of ${cdkOut} belongs to ${reference}. Synthesize again.`);
    return found[1];
  };
  return {
    stackName: stack.name,
    template: readJson<Template>(join(cdkOut, stack.file)),
    fileAsset(reference) {
      const files = assets.flatMap((manifest) => Object.entries(manifest.files ?? {}));
      return resolve(cdkOut, find('file', reference, files).source.path ?? '');
    },
    imageAsset(reference) {
      const images = assets.flatMap((manifest) => Object.entries(manifest.dockerImages ?? {}));
      const { directory = '', dockerFile = 'Dockerfile' } = find('image', reference, images).source;
      return { directory: resolve(cdkOut, directory), dockerfile: dockerFile };
    },
  };
};

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
