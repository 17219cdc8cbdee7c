import type { AllowedGroup } from './access-record.ts';

/** What the owner asks of the access record. */
export type AccessOrder =
  | { readonly kind: 'open' | 'shut' | 'unclear' }
  /** Pages count from 0. */
  | { readonly kind: 'list'; readonly page?: number }
  | { readonly kind: 'add'; readonly id: string; readonly name: string }
  /** Asks once more before it is done. */
  | { readonly kind: 'confirm'; readonly what: 'revoke' | 'leave'; readonly id: string }
  | { readonly kind: 'allow' | 'deny' | 'revoke' | 'leave'; readonly id: string };

/** What is asked of the group that it is said in. */
export interface ActivationOrder {
  readonly kind: 'activation';
  /** Absent to ask how it is; null for a word that is neither. */
  readonly activation?: AllowedGroup['activation'] | null;
}
