/**
 * Seeds whose schedules once broke a promise; they run first. A seed stays the same schedule only while the simulation's
 * world draws the same, so each names what it showed: when it does not show that any more, a test of the lowest level does.
 */
export const SEEDS_THAT_FAILED: readonly number[] = [];
