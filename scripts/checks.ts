import type { Step } from './run-steps.ts';

/** What can be said of the code without running it. */
export const CHECKS: readonly Step[] = [
  { name: 'format', command: 'oxfmt', args: ['--check', '.'] },
  { name: 'lint', command: 'oxlint', args: ['--deny-warnings'] },
  { name: 'types', command: 'tsc', args: ['--build'] },
  { name: 'dead code', command: 'knip', args: [] },
];
