import type { Fault } from './double-api.ts';

/** Faults waiting for the calls they are meant for. */
export interface Faults {
  add(fault: Fault): number;
  /** The fault for this call, used up by it; null when all is well. */
  take(method: string, chatId: string): Fault | null;
  list(): readonly (Fault & { readonly id: number })[];
  clear(): void;
}

export const createFaults = (): Faults => {
  let armed: { id: number; fault: Fault; skip: number; left: number }[] = [];
  let lastId = 0;
  return {
    add: (fault) => {
      armed.push({ id: ++lastId, fault, skip: fault.skip ?? 0, left: fault.times ?? 1 });
      return lastId;
    },
    take: (method, chatId) => {
      const one = armed.find(
        ({ fault }) =>
          (fault.method === '*' || fault.method.toLowerCase() === method.toLowerCase()) &&
          (fault.chatId === undefined || fault.chatId === chatId),
      );
      if (one === undefined) return null;
      if (one.skip > 0) {
        one.skip -= 1;
        return null;
      }
      one.left -= 1;
      armed = armed.filter(({ left }) => left > 0);
      return one.fault;
    },
    list: () => armed.map(({ id, fault, left }) => ({ ...fault, id, times: left })),
    clear: () => {
      armed = [];
    },
  };
};
