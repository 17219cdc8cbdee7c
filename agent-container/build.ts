import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Strands imports all of zod, and with it forty translations of error messages that nobody reads here. */
const withoutZodLocales: Plugin = {
  name: 'without-zod-locales',
  setup(bundle) {
    bundle.onResolve({ filter: /locales\/index\.js$/ }, ({ importer }) =>
      /[\\/]zod[\\/]/u.test(importer) ? { path: 'zod-locales', namespace: 'empty' } : undefined,
    );
    bundle.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export {};', loader: 'js' }));
  },
};

/** Strands loads the MCP client at start although no MCP server is configured; using it all the same says what is missing. */
const withoutMcp: Plugin = {
  name: 'without-mcp',
  setup(bundle) {
    bundle.onResolve({ filter: /^@modelcontextprotocol\/sdk/ }, () => ({ path: 'mcp', namespace: 'left-out' }));
    bundle.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({
      contents: `class LeftOut { constructor() { throw new Error('MCP is not part of this container. Take it back in agent-container/build.ts.'); } }
module.exports = new Proxy({ __esModule: true }, { get: (own, name) => (name in own ? own[name] : LeftOut), has: () => true });`,
      loader: 'js',
    }));
  },
};

/** An ES module that imports node:http loads undici with it; asking the process for the module does not. */
const builtinsFromProcess: Plugin = {
  name: 'builtins-from-process',
  setup(bundle) {
    bundle.onResolve({ filter: /^(?:node:)?[a-z_0-9]+(?:\/[a-z]+)?$/ }, ({ path: name }) =>
      isBuiltin(name) ? { path: name.replace(/^node:/u, ''), namespace: 'builtin' } : undefined,
    );
    bundle.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path: name }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(`node:${name}`)});`,
      loader: 'js',
    }));
  },
};

/**
 * Writes what the container image is made of to `outDir`: the Dockerfile, main.mjs and a package.json. The same sources
 * give the same bytes: every change of them makes a new runtime version, and a new snapshot that takes minutes.
 */
export const buildContainer = async (outDir: string): Promise<{ readonly metafile: Metafile }> => {
  await mkdir(outDir, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: ['src/main.ts'],
    outfile: path.join(outDir, 'main.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    mainFields: ['module', 'main'],
    conditions: ['@app/source'],
    banner: { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
    plugins: [withoutZodLocales, withoutMcp, builtinsFromProcess],
    metafile: true,
    logLevel: 'warning',
  });
  await copyFile(path.join(here, 'Dockerfile'), path.join(outDir, 'Dockerfile'));
  await writeFile(path.join(outDir, 'package.json'), '{"private":true,"type":"module"}\n');
  return { metafile };
};
