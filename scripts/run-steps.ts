import { spawnSync } from 'node:child_process';

export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the steps in order, with their output as it comes, and ends the process at the first that fails. */
export const runSteps = (steps: readonly Step[]): void => {
  for (const { name, command, args, env } of steps) {
    const startedAtMs = performance.now();
    console.log(`\n▶ ${name}: ${command} ${args.join(' ')}`);
    const { status, error } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    if (status !== 0) {
      console.error(
        `✗ ${name} failed${error === undefined ? '' : `: ${error.message}`}. Run it alone with: npx ${command} ${args.join(' ')}`,
      );
      process.exit(status ?? 1);
    }
    console.log(`✓ ${name} (${((performance.now() - startedAtMs) / 1000).toFixed(1)} s)`);
  }
};
