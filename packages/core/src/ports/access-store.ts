import type { AccessChange, AccessRecord } from '../access-record.ts';

/** Keeps the one access record of the deployment. */
export interface AccessStore {
  /**
   * The record as it was at most `maxAgeMs` ago; 0 asks the store itself. What this store has written or read meanwhile is
   * never hidden by something older. Empty while nobody has written it.
   * @throws RetryableError when the store refuses or does not answer.
   */
  read(maxAgeMs: number): Promise<AccessRecord>;
  /**
   * Applies a rule to the record as it is: nothing that others write meanwhile is lost, so the rule may be asked several times
   * and must depend on nothing but the record. Without a new record nothing is written.
   * @returns the rule's outcome for the record that it was applied to last.
   * @throws RetryableError when the store refuses or does not answer; the change may or may not have been made.
   */
  update<Outcome>(rule: (record: AccessRecord) => AccessChange<Outcome>): Promise<Outcome>;
}
