// `npm run check`: everything that needs no test run.
import { CHECKS } from './checks.ts';
import { runSteps } from './run-steps.ts';

runSteps(CHECKS);
