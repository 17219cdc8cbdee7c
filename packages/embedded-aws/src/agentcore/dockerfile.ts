import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** How an image's Node program starts outside of Docker. */
export interface ImageCommand {
  /** Arguments of `node`: flags, the script's real path, its arguments. */
  readonly args: readonly string[];
  /** What the Dockerfile sets with ENV. */
  readonly environment: Readonly<Record<string, string>>;
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/**
 * Reads ENTRYPOINT and CMD of an image asset's last stage. Only `node …` in exec form is understood: the image has to
 * hold a bundle that starts by itself, so that the very same file runs here.
 * @throws when the command is another one or its script is not in the asset.
 */
export const readImageCommand = (imageDir: string, dockerfile = 'Dockerfile'): ImageCommand => {
  const path = join(imageDir, dockerfile);
  if (!existsSync(path)) throw new Error(`Reading the image asset failed: ${path} is missing. Synthesize again.`);
  const stage = lastStage(parse(readFileSync(path, 'utf8')));
  const last = (name: string): string[] =>
    execForm(stage.findLast((one) => one.name === name)?.rest ?? '[]', name, path);
  const [program, ...args] = [...last('ENTRYPOINT'), ...last('CMD')];
  if (program === undefined || posix.basename(program) !== 'node') {
    throw new Error(
      `Starting the image of ${path} failed: its command is "${program ?? ''}", only node can be run here.`,
    );
  }
  const scriptAt = args.findIndex((arg) => !arg.startsWith('-'));
  const script = args[scriptAt];
  if (script === undefined) throw new Error(`Starting the image of ${path} failed: its command names no script.`);
  const file = findInAsset(imageDir, script, stage);
  if (file === null) {
    throw new Error(
      `Starting the image of ${path} failed: ${script} is not in ${imageDir}. Build the bundle and synthesize again.`,
    );
  }
  return { args: args.with(scriptAt, file), environment: environmentOf(stage) };
};

const parse = (text: string): Instruction[] =>
  text
    .replace(/\\\r?\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
      return { name: name.toUpperCase(), rest };
    });

const lastStage = (instructions: readonly Instruction[]): readonly Instruction[] =>
  instructions.slice(instructions.findLastIndex((one) => one.name === 'FROM') + 1);

const execForm = (rest: string, name: string, path: string): string[] => {
  if (!rest.startsWith('[')) {
    throw new Error(`Reading ${path} failed: ${name} ${rest} is in shell form. Write it as ["node", "file.js"].`);
  }
  return JSON.parse(rest) as string[];
};

// The asset is what COPY reads from: a path in the image is looked up through WORKDIR and the COPY lines.
const findInAsset = (imageDir: string, script: string, stage: readonly Instruction[]): string | null => {
  const workdir = stage.findLast((one) => one.name === 'WORKDIR')?.rest ?? '/';
  const inImage = posix.resolve(workdir, script);
  const copies = stage
    .filter((one) => (one.name === 'COPY' || one.name === 'ADD') && !one.rest.includes('--from='))
    .flatMap(({ rest }) => {
      const words = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
      const to = posix.resolve(workdir, words.at(-1) ?? '.');
      return words.slice(0, -1).flatMap((from) => [
        { from, to },
        { from, to: posix.join(to, posix.basename(from)) },
      ]);
    });
  const candidates = copies.flatMap(({ from, to }) =>
    inImage === to || to === '/' || inImage.startsWith(`${to}/`) ? [posix.join(from, inImage.slice(to.length))] : [],
  );
  const found = [...candidates, posix.relative(workdir, inImage)].find((one) => existsSync(join(imageDir, one)));
  return found === undefined ? null : join(imageDir, found);
};

const environmentOf = (stage: readonly Instruction[]): Record<string, string> =>
  Object.fromEntries(
    stage
      .filter((one) => one.name === 'ENV')
      .flatMap(({ rest }) => [...rest.matchAll(/([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|\S*)/g)])
      .map(([, name = '', value = '']) => [name, value.replace(/^"(.*)"$/, '$1')]),
  );
