import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** What a tool said about the planted tree. */
export interface Report {
  readonly rule: string;
  readonly file: string;
}

/** A copy of the source tree in which a violation can be planted without anybody else seeing it. */
export interface Plot extends Disposable {
  plant(file: string, code: string): void;
  lint(file: string): readonly Report[];
  typecheck(folder: string): readonly Report[];
}

const trackedFiles = (): readonly string[] => {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
};

const tool = (name: string): string => join(root, 'node_modules/.bin', name);

export const openPlot = (): Plot => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-claw-fences-')));
  const files = trackedFiles();
  for (const file of files) cpSync(join(root, file), join(folder, file), { recursive: true });
  const packages = files.filter((file) => file.endsWith('package.json')).map((file) => dirname(file));
  for (const name of packages) {
    const modules = join(root, name, 'node_modules');
    if (existsSync(modules)) symlinkSync(modules, join(folder, name, 'node_modules'));
  }

  return {
    plant(file, code) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), code);
    },
    lint(file) {
      const { stdout } = spawnSync(tool('oxlint'), ['--format', 'json', file], { cwd: folder, encoding: 'utf8' });
      const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
      return diagnostics.map(({ code, filename }) => ({ rule: code.replace(/^.*\((.+)\)$/u, '$1'), file: filename }));
    },
    typecheck(name) {
      const { stdout } = spawnSync(tool('tsc'), ['--noEmit', '--pretty', 'false', '-p', name], {
        cwd: folder,
        encoding: 'utf8',
      });
      const errors = [...stdout.matchAll(/^(?<file>[^\s(]+)\(\d+,\d+\): error (?<rule>TS\d+)/gmu)];
      return errors.map(({ groups }) => ({ rule: groups?.['rule'] ?? '', file: groups?.['file'] ?? '' }));
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};
