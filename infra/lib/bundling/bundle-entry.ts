import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';
import { slimAwsSdk } from './slim-aws-sdk.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const environmentCredentials = fileURLToPath(new URL('environment-credentials.ts', import.meta.url));

/**
 * Writes `index.js` and a package.json to `outDir` and tells what went into the bundle. The same sources give the same bytes.
 *
 * CommonJS, because an ES module that imports `node:http` makes Node load undici, which costs more than our own code.
 * The package.json says so to Node wherever the directory lies: the workspace around it is of type "module".
 */
export const bundleEntry = async (
  entry: string,
  outDir: string,
  plugins: Plugin[] = [slimAwsSdk],
): Promise<Metafile> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [path.relative(root, entry)],
    outfile: path.join(outDir, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Names of classes and functions go with it: every error of ours has its name as a literal.
    minify: true,
    legalComments: 'none',
    mainFields: ['module', 'main'],
    // Naming any condition switches esbuild's own `module` off, and with it half of the tree shaking.
    conditions: ['@app/source', 'module'],
    alias: { '@aws-sdk/credential-provider-node': environmentCredentials },
    plugins,
    metafile: true,
    logLevel: 'warning',
  });
  writeFileSync(path.join(outDir, 'package.json'), '{"type":"commonjs"}\n');
  return metafile;
};

// Run as a program: CDK bundles synchronously, and esbuild's plugins do not.
const [entry, outDir] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (entry === undefined || outDir === undefined) throw new Error('Usage: bundle-entry.ts <entry> <outDir>');
  await bundleEntry(entry, outDir);
}
