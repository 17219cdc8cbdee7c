import type { PlantedBug } from '../driver/planted-bug.ts';

export const steeredCountsAsConsumed: PlantedBug = {
  name: 'steered-counts-as-consumed',
  breaks: 'A steered message leaves the inbox only when the run has read it: one that came too late is answered next.',
  shows: /was lost/u,
  patches: [
    {
      file: 'packages/agent-runner/src/turn/end-turn.ts',
      find: 'const worked = new Set([...turn.taken, ...ending.consumed]);',
      replace: `const offered = Object.values(outbox.keeper.lane().inbox).filter(({ kind }) => kind === 'message');
  const worked = new Set([...turn.taken, ...ending.consumed, ...offered.map(({ id }) => id)]);`,
    },
  ],
};
