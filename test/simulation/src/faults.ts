import { CALL_RATES, OCCASION_RATES } from './fault-ids.ts';
import type { Call, FaultId, Kind, Occasion } from './fault-ids.ts';
import type { Random } from './random.ts';

/** Which faults a schedule meets. Drawing one does not count: `fired` counts effects on live calls. */
export interface Faults {
  /** The fault that this call meets, if any. */
  onCall(call: Call): Kind | null;
  /** Whether this occasion is used. */
  on(occasion: Occasion): boolean;
  fire(id: FaultId): void;
  readonly fired: Readonly<Record<string, number>>;
  /** From here on nothing goes wrong any more. */
  stop(): void;
}

const WEIGHTS = [0, 0.3, 1, 4, 12] as const;
const HIGHEST = 0.6;

/** Swarm mode: each class of faults gets a weight of its own, so that a seed is full of some and free of others. */
export const createFaults = (random: Random, isSwarm: boolean): Faults => {
  const weights = new Map<string, number>();
  const weightOf = (faultClass: string): number => {
    if (!isSwarm) return 1;
    const known = weights.get(faultClass);
    if (known !== undefined) return known;
    const drawn = random.pick(WEIGHTS);
    weights.set(faultClass, drawn);
    return drawn;
  };
  const fired: Record<string, number> = {};
  const callRates = new Map<Call, readonly { readonly kind: Kind; readonly below: number }[]>();
  for (const call of Object.keys(CALL_RATES) as Call[]) {
    let below = 0;
    const rates = CALL_RATES[call].map(({ kind, rate }) => {
      below += Math.min(HIGHEST / 4, rate * weightOf(`${call.charAt(0)}.${kind}`));
      return { kind, below };
    });
    callRates.set(call, rates);
  }
  const occasionRates = new Map<Occasion, number>(
    (Object.keys(OCCASION_RATES) as Occasion[]).map((id) => [id, Math.min(HIGHEST, OCCASION_RATES[id] * weightOf(id))]),
  );
  let isOn = true;
  return {
    onCall: (call) => {
      if (!isOn) return null;
      const drawn = random.next();
      return callRates.get(call)?.find(({ below }) => drawn < below)?.kind ?? null;
    },
    on: (occasion) => isOn && random.next() < (occasionRates.get(occasion) ?? 0),
    fire: (id) => void (fired[id] = (fired[id] ?? 0) + 1),
    fired,
    stop: () => void (isOn = false),
  };
};
