/** What the owner asks of the access record. */
export type AccessOrder =
  | { readonly kind: 'open' | 'shut' | 'list' | 'unclear' }
  | { readonly kind: 'add'; readonly id: string; readonly name: string }
  | { readonly kind: 'allow' | 'deny' | 'revoke' | 'leave'; readonly id: string };
