import type { TurnCall } from '@agent-claw/core';

/** Where a lane's files live in the bucket. It follows from the lane alone, so that no word of a model can change it. */
export const workspacePrefix = ({ laneId, privateLane }: Pick<TurnCall, 'laneId' | 'privateLane'>): string =>
  privateLane ? 'workspace/' : `lanes/${laneId.replaceAll(':', '_')}/`;
