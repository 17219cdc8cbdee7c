import { RetryableError, surplusContext } from '@agent-claw/core';
import type { OverhearRequest } from '@agent-claw/core';
import { updateLane } from './lane-item.ts';
import type { LaneTable } from './lane-item.ts';

const laneHasContext = 'attribute_exists(context)';
const laneHasNoContext = 'attribute_not_exists(context)';

/** See `Mailbox.overhear`. One write in the ordinary case; the first of a lane, and one in fifty, take another. */
export const overhear = async (table: LaneTable, { laneId, overheard }: OverhearRequest): Promise<void> => {
  const attempted = 'Overhearing on lane';
  const item =
    (await updateLane(table, laneId, {
      attempted,
      conditions: [laneHasContext],
      set: ['context.#id = :overheard'],
      names: { '#id': overheard.id },
      values: { ':overheard': overheard },
    })) ??
    (await updateLane(table, laneId, {
      attempted,
      conditions: [laneHasNoContext],
      set: ['context = :context'],
      values: { ':context': { [overheard.id]: overheard } },
    }));
  if (item === null) throw new RetryableError(`${attempted} ${laneId} met another first one. Try again.`);
  const gone = surplusContext(item.context ?? {});
  if (gone.length === 0) return;
  await updateLane(table, laneId, {
    attempted: 'Forgetting on lane',
    conditions: [laneHasContext],
    remove: gone.map((_, index) => `context.#c${index}`),
    names: Object.fromEntries(gone.map((id, index) => [`#c${index}`, id])),
  });
};
