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
 * What is imported when it is needed (`import('…')`) becomes a file of its own beside it, so that a cold start does not read it.
 *
 * CommonJS, because an ES module that imports `node:http` makes Node load undici, which costs more than our own code.
 * The package.json says so to Node wherever the directory lies: the workspace around it is of type "module".
 */
export const bundleEntry = async (
  entry: string,
  outDir: string,
  plugins: Plugin[] = [slimAwsSdk],
): Promise<Metafile> => {
  const later = new Map<string, string>();
  const metafile = await bundleFile(entry, path.join(outDir, 'index.js'), [importedLater(later), ...plugins]);
  for (const [file, source] of later) await bundleFile(source, path.join(outDir, file), plugins);
  writeFileSync(path.join(outDir, 'package.json'), '{"type":"commonjs"}\n');
  return metafile;
};

/** Leaves dynamic imports of ours out of the bundle and notes them: file name to source. */
const importedLater = (found: Map<string, string>): Plugin => ({
  name: 'imported-later',
  setup(build) {
    build.onResolve({ filter: /^@agent-claw\// }, async ({ path: name, kind, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === 'resolving') return undefined;
      const { path: source, errors } = await build.resolve(name, { kind, resolveDir, pluginData: 'resolving' });
      if (errors.length > 0) return { errors };
      const file = `${path.basename(source, '.ts')}.js`;
      found.set(file, source);
      return { path: `./${file}`, external: true };
    });
  },
});

const bundleFile = async (entry: string, outfile: string, plugins: Plugin[]): Promise<Metafile> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [path.relative(root, entry)],
    outfile,
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
  return metafile;
};

// Run as a program: CDK bundles synchronously, and esbuild's plugins do not.
const [entry, outDir] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (entry === undefined || outDir === undefined) throw new Error('Usage: bundle-entry.ts <entry> <outDir>');
  await bundleEntry(entry, outDir);
}
