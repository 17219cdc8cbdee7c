import type { PlantedBug } from '../driver/planted-bug.ts';

export const lowerFenceLetIn: PlantedBug = {
  name: 'lower-fence-let-in',
  breaks: 'A container refuses the calls of a leg that was succeeded.',
  patches: [
    {
      file: 'agent-container/src/turn-table.ts',
      find: `if (call.fence < lane.fence) return yield refused(call, 'stale_fence');`,
      replace: '',
    },
  ],
};
