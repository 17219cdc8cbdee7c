import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import type { Metafile } from 'esbuild';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const environmentCredentials = fileURLToPath(new URL('environment-credentials.ts', import.meta.url));

/**
 * Writes `index.js` and a package.json to `outDir` and tells what went into the bundle. The same sources give the same bytes.
 *
 * CommonJS, because an ES module that imports `node:http` makes Node load undici, which costs more than our own code.
 * The package.json says so to Node wherever the directory lies: the workspace around it is of type "module".
 */
export const bundleFunction = (entry: string, outDir: string): Metafile => {
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [path.relative(root, entry)],
    outfile: path.join(outDir, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    mainFields: ['module', 'main'],
    // Naming any condition switches esbuild's own `module` off, and with it half of the tree shaking.
    conditions: ['@app/source', 'module'],
    alias: { '@aws-sdk/credential-provider-node': environmentCredentials },
    metafile: true,
    logLevel: 'warning',
  });
  writeFileSync(path.join(outDir, 'package.json'), '{"type":"commonjs"}\n');
  return metafile;
};

/** The bundle as a Lambda asset. It is named by its content, so that a deploy without changes changes nothing. */
export const bundledCode = (entry: string): Code =>
  Code.fromAsset(path.dirname(entry), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: esbuild runs right here.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle: (outDir) => {
          bundleFunction(entry, outDir);
          return true;
        },
      },
    },
  });

/** `packages/<service>/src/handler.ts`, as a path: infra never imports a service. */
export const handlerOf = (service: string): string => path.join(root, 'packages', service, 'src', 'handler.ts');
