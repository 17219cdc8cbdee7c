// `npm test`: everything that CI runs. Arguments go to vitest, so `npm test -- --project unit` runs a part.
import { CHECKS } from './checks.ts';
import { ensureBrowser } from './find-browser.ts';
import { runSteps } from './run-steps.ts';

const only = process.argv.slice(2);
const vitest = ['run', '--reporter=default', '--reporter=./scripts/summary-reporter.ts', ...only];

if (only.length > 0) {
  runSteps([{ name: 'tests', command: 'vitest', args: vitest }]);
} else {
  const browser = ensureBrowser();
  runSteps([
    ...CHECKS,
    {
      name: 'synth',
      command: 'cdk',
      args: ['synth', '--quiet'],
      env: { AWS_EC2_METADATA_DISABLED: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true' },
    },
    { name: 'tests', command: 'vitest', args: vitest, env: { CHROME_PATH: browser } },
  ]);
}
