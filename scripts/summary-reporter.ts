import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with one plain line that any tool can read. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const results = modules.flatMap((module) => [...module.children.allTests()]).map((test) => test.result().state);
    const count = (state: string): number => results.filter((result) => result === state).length;
    const broken = modules.filter((module) => module.errors().length > 0).length;
    process.on('exit', () =>
      console.log(`\n${count('passed')} passed, ${count('failed') + broken} failed, ${count('skipped')} skipped`),
    );
  }
}
