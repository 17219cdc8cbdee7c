export interface UntilAllowedDeps {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const PATIENCE_MS = 15_000;
const PAUSE_MS = 1_000;

/**
 * Repeats what AWS refuses for want of permission, for 15 seconds. During the first deploy the function runs seconds after its
 * role was made, and until the role's policy has reached every server of a service some of them refuse: without patience the
 * whole deploy would be rolled back. Only for attempts that change nothing when they are refused.
 */
export const untilAllowed = async <T>(deps: UntilAllowedDeps, attempt: () => Promise<T>): Promise<T> => {
  const lastStartMs = deps.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isRefusal(error) || deps.now() + PAUSE_MS > lastStartMs) throw error;
      await deps.sleep(PAUSE_MS);
    }
  }
};

/** By name: Secrets Manager's client has no class for it. Our own stores keep the client's error as the cause. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AccessDeniedException' || isRefusal(error.cause));
