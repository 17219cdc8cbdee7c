import { startSession, type ContainerSession, type RuntimeSpec, type SessionDeps } from './container-session.ts';

/** The sessions of one runtime: one process each. */
export interface RuntimeHost {
  readonly spec: RuntimeSpec;
  /** The session's process, started when there is none. Callers of one session wait for the same start. */
  session(sessionId: string): Promise<ContainerSession>;
  /** Ends the session's process. @returns false when there was none. */
  stop(sessionId: string): Promise<boolean>;
  sessionIds(): readonly string[];
  close(): Promise<void>;
}

/** @returns a host without sessions. */
export const createRuntimeHost = (spec: RuntimeSpec, deps: SessionDeps): RuntimeHost => {
  const sessions = new Map<string, Promise<ContainerSession>>();
  // AWS answers 409 RetryableConflictException while a session is being stopped; here the next call waits for the end.
  const ending = new Map<string, Promise<void>>();

  return {
    spec,
    sessionIds: () => [...sessions.keys()],
    session(sessionId) {
      const running = sessions.get(sessionId);
      if (running !== undefined) return running;
      const forget = (): void => {
        if (sessions.get(sessionId) === started) sessions.delete(sessionId);
      };
      const started = (ending.get(sessionId) ?? Promise.resolve()).then(() => startSession(spec, deps));
      sessions.set(sessionId, started);
      started.then((session) => void session.gone.then(forget), forget);
      return started;
    },
    async stop(sessionId) {
      const running = sessions.get(sessionId);
      if (running === undefined) return false;
      sessions.delete(sessionId);
      const ended = running.then((session) => session.stop());
      ending.set(
        sessionId,
        ended.finally(() => ending.delete(sessionId)),
      );
      await ended;
      return true;
    },
    async close() {
      await Promise.allSettled([...sessions.values()].map(async (session) => (await session).stop()));
    },
  };
};
