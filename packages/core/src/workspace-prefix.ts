import type { LaneId } from './ids.ts';

/** Where a lane's files live in the bucket. It follows from the lane alone, so that no word of a model can change it. */
export const workspacePrefix = ({
  laneId,
  privateLane,
}: {
  readonly laneId: LaneId;
  /** The owner's private lane. */
  readonly privateLane: boolean;
}): string => (privateLane ? 'workspace/' : `lanes/${laneId.replaceAll(':', '_')}/`);
