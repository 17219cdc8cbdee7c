import { StartError } from './public-server.ts';

/** Variables of the functions that a local system may be started with, as `AGENT_CLAW_<name>`; what each value looks like. */
const FORMS = {
  LEG_LIMIT_MS: /^\d+$/u,
  WAKE_HIDDEN_S: /^\d+$/u,
  LEASE_MS: /^\d+$/u,
  SESSION_LIFE_MS: /^\d+$/u,
  RUNTIME_EPOCH: /^[A-Za-z0-9]{1,64}$/u,
} as const;

export interface ShortenedLimits {
  /** For the functions. */
  readonly environment: Readonly<Record<string, string>>;
  /** The platform's half of `SESSION_LIFE_MS`: it ends a microVM when the runner expects it to. */
  readonly sessionLifeMs?: number;
}

/**
 * The engine's limits as a test shortens them, so that a turn of seconds meets what a turn of hours meets, and the epoch of
 * a deployment that it plays. Unset on any other day. @throws StartError naming the variable that is no such value.
 */
export const shortenedLimits = (environment: Readonly<Record<string, string | undefined>>): ShortenedLimits => {
  const given = Object.entries(FORMS).flatMap(([name, form]) => {
    const value = environment[`AGENT_CLAW_${name}`];
    if (value === undefined || value === '') return [];
    if (form.test(value)) return [[name, value] as const];
    const wanted = name === 'RUNTIME_EPOCH' ? '1 to 64 letters and digits' : 'a whole number';
    throw new StartError(`AGENT_CLAW_${name} is "${value}". Give ${wanted}, or unset it.`);
  });
  const shortened: Readonly<Record<string, string>> = Object.fromEntries(given);
  const life = shortened['SESSION_LIFE_MS'];
  return { environment: shortened, ...(life === undefined ? {} : { sessionLifeMs: Number(life) }) };
};
