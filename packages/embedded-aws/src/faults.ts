import type { AwsError, IamCheck, Principal } from './service.ts';

/**
 * What goes wrong. `error_before`: nothing happened. `error_after`: the effect happened, the caller sees an error.
 * `lost_answer`: the effect happened, the connection dies without an answer. `duplicate_delivery`: SQS hands out a second copy.
 */
export type Fault =
  | { readonly kind: 'throttle' }
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'error_before'; readonly error: AwsError }
  | { readonly kind: 'error_after'; readonly error: AwsError }
  | { readonly kind: 'lost_answer' }
  | { readonly kind: 'duplicate_delivery' };

/** Which requests a fault hits; an absent field matches all. */
export interface FaultMatch {
  /** Signing name, `sqs`. */
  readonly service?: string;
  /** IAM action, `dynamodb:UpdateItem`. */
  readonly action?: string;
  /** `Principal.name`: a function's name, or `owner`. */
  readonly principal?: string;
  /** Part of the resource ARN. */
  readonly resource?: string;
  /** Part of the update expression: one of several writes to the same table. */
  readonly detail?: string;
}

/** A switched-on fault. */
export interface ActiveFault {
  /** How often it really happened; a test that plants a fault checks that it fired. */
  fired(): number;
  off(): void;
}

/** How often a principal called an action, apart for each update expression. */
export interface CallCount {
  readonly principal: string;
  readonly action: string;
  readonly detail?: string;
  readonly count: number;
}

/** What a request is, for matchers and counters. */
export interface FaultSubject {
  readonly service: string;
  readonly principal: Principal;
  readonly check: IamCheck;
  /** What it says beyond its action. */
  readonly detail?: string;
}

/** The fault switches and the call counter of one endpoint. */
export interface FaultSwitches {
  /** @param times how many matching requests it hits before it is spent; default: all until switched off. */
  inject(match: FaultMatch, fault: Fault, times?: number): ActiveFault;
  /** Takes one firing of a matching fault of that kind, or null. */
  take<K extends Fault['kind']>(kind: K, subject: FaultSubject): Extract<Fault, { kind: K }> | null;
  /** Every authorized request on the wire is counted once, throttled and failed ones too. */
  count(subject: FaultSubject): void;
  calls(): readonly CallCount[];
  resetCalls(): void;
}

/** Switches with everything off. */
export const createFaultSwitches = (): FaultSwitches => {
  interface Active {
    match: FaultMatch;
    fault: Fault;
    left: number;
    fired: number;
  }
  const active = new Set<Active>();
  const counts = new Map<string, CallCount>();
  return {
    inject(match, fault, times = Number.POSITIVE_INFINITY) {
      const entry: Active = { match, fault, left: times, fired: 0 };
      active.add(entry);
      return { fired: () => entry.fired, off: () => void active.delete(entry) };
    },
    take<K extends Fault['kind']>(kind: K, subject: FaultSubject) {
      for (const entry of active) {
        if (entry.fault.kind !== kind || entry.left <= 0 || !matches(entry.match, subject)) continue;
        entry.left -= 1;
        entry.fired += 1;
        return entry.fault as Extract<Fault, { kind: K }>;
      }
      return null;
    },
    count({ principal, check, detail }) {
      const key = `${principal.name} ${check.action} ${detail ?? ''}`;
      const count = (counts.get(key)?.count ?? 0) + 1;
      const { action } = check;
      counts.set(key, { principal: principal.name, action, ...(detail === undefined ? {} : { detail }), count });
    },
    calls: () => [...counts.values()],
    resetCalls: () => counts.clear(),
  };
};

const matches = (match: FaultMatch, { service, principal, check, detail = '' }: FaultSubject): boolean =>
  (match.service === undefined || match.service === service) &&
  (match.action === undefined || match.action === check.action) &&
  (match.principal === undefined || match.principal === principal.name) &&
  (match.resource === undefined || check.resource.includes(match.resource)) &&
  (match.detail === undefined || detail.includes(match.detail));
