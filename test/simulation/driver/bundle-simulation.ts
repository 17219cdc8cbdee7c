import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { patched } from './planted-bug.ts';
import type { PlantedBug } from './planted-bug.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A bundle on disk that threads can be started from. */
export interface Bundle extends AsyncDisposable {
  readonly file: string;
}

/** Bundles the simulation and the source that it runs, with a bug planted in it if one is given. */
export const bundleSimulation = async (bug?: PlantedBug): Promise<Bundle> => {
  const folder = await mkdtemp(join(tmpdir(), 'agent-claw-simulation-'));
  const file = join(folder, 'schedule-worker.mjs');
  const remove = () => rm(folder, { recursive: true, force: true });
  const planted = new Set<string>();
  try {
    await build({
      entryPoints: [join(root, 'test/simulation/driver/schedule-worker.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      conditions: ['@app/source'],
      mainFields: ['module', 'main'],
      // CommonJS dependencies ask for builtins in a way that an ES module does not know by itself.
      banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
      logLevel: 'silent',
      plugins: bug === undefined ? [] : [plant(bug, planted)],
    });
    const missed = bug?.patches.find((patch) => !planted.has(patch.file));
    if (missed !== undefined)
      throw new Error(`Planted bug ${bug?.name} patches ${missed.file}, which the simulation does not load.`);
    return { file, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
};

const plant = ({ patches }: PlantedBug, planted: Set<string>): Plugin => ({
  name: 'plant',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const file = relative(root, path).replaceAll(sep, '/');
      const mine = patches.filter((patch) => patch.file === file);
      if (mine.length === 0) return null;
      planted.add(file);
      return { contents: mine.reduce(patched, await readFile(path, 'utf8')), loader: 'ts' };
    });
  },
});
