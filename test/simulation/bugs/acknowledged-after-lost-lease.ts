import type { PlantedBug } from '../driver/planted-bug.ts';

export const acknowledgedAfterLostLease: PlantedBug = {
  name: 'acknowledged-after-lost-lease',
  breaks: 'A wake is deleted only when its work is done or in other hands.',
  shows: /^not drained/u,
  patches: [
    {
      file: 'packages/agent-runner/src/answer-wake.ts',
      find: `return outcome.kind !== 'give_back' && outcome.kind !== 'lease_lost';`,
      replace: 'return true;',
    },
  ],
};
