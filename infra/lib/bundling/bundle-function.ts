import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const bundler = fileURLToPath(new URL('bundle-entry.ts', import.meta.url));

/** The bundle as a Lambda asset. It is named by its content, so that a deploy without changes changes nothing. */
export const bundledCode = (entry: string): Code =>
  Code.fromAsset(path.dirname(entry), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: esbuild runs right here.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle: (outDir) => {
          // In a process of its own: CDK wants the bundle at once, and esbuild's plugins need a moment.
          const { status, stderr } = spawnSync(process.execPath, [bundler, entry, outDir], { encoding: 'utf8' });
          if (status !== 0) throw new Error(`Bundling ${entry} failed:\n${stderr}`);
          return true;
        },
      },
    },
  });

/** `packages/<service>/src/handler.ts`, as a path: infra never imports a service. */
export const handlerOf = (service: string): string => path.join(root, 'packages', service, 'src', 'handler.ts');
