/** Somebody in a channel. The id counts; the name is what they call themselves, and only shown. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

export interface Guest {
  readonly name: string;
  readonly sinceMs: number;
}

export interface AllowedGroup {
  readonly title: string;
  readonly sinceMs: number;
  /** Whether the bot answers only who calls it. */
  readonly activation: 'mention' | 'always';
  /** The id that it had before it became a supergroup: what was asked there is still answered. */
  readonly formerId?: string;
}

/** A door that the owner holds open for a while: whoever has the code may ask to come in. */
export interface Pairing {
  readonly code: string;
  readonly openUntilMs: number;
  /** Who asked and waits for the owner's word, by id. */
  readonly pending: Readonly<Record<string, Asking>>;
  /** Ids that the owner has sent away: they cannot ask again while this door is open. */
  readonly denied: readonly string[];
}

export interface Asking {
  readonly name: string;
  readonly askedAtMs: number;
  /** The inbox entry that tells the owner. A delivery that is repeated makes the same one again. */
  readonly entryId: string;
}

/** Who may talk to the bot, as far as it changes while the bot runs. One record for the whole deployment. */
export interface AccessRecord {
  /** Whoever claimed the bot. The deployment may name an owner instead, who then counts. */
  readonly owner?: Person & { readonly claimedAtMs: number };
  /** SHA-256 in hex of the one code that makes its sender the owner. Gone with the claim. */
  readonly claim?: { readonly digest: string; readonly createdAtMs: number };
  readonly guests: Readonly<Record<string, Guest>>;
  readonly groups: Readonly<Record<string, AllowedGroup>>;
  readonly pairing?: Pairing;
}

/** Nobody is let in. */
export const EMPTY_ACCESS: AccessRecord = { guests: {}, groups: {} };

/** Who may talk to the bot, by the channel's own permanent ids. Names can be taken over by others and never count. */
export interface AccessList {
  /** Empty while nobody has been named as owner: then nobody is let in. */
  readonly ownerId: string;
  /** When the owner claimed the bot; absent for one whom the deployment names. */
  readonly ownerSinceMs?: number;
  readonly guests: AccessRecord['guests'];
  readonly groups: AccessRecord['groups'];
}

/**
 * What the gates go by. The owner whom the deployment names wins over one who claimed the bot. Without an owner nobody is
 * let in, guests included: there would be nobody who could send them away.
 */
export const accessListOf = (record: AccessRecord, deployedOwnerId: string): AccessList => {
  const { owner, guests, groups } = record;
  if (deployedOwnerId !== '') return { ownerId: deployedOwnerId, guests, groups };
  if (owner === undefined) return { ownerId: '', guests: {}, groups: {} };
  return { ownerId: owner.id, ownerSinceMs: owner.claimedAtMs, guests, groups };
};

/** What a rule makes of the record: absent when it stays as it is. */
export interface AccessChange<Outcome> {
  readonly record?: AccessRecord;
  readonly outcome: Outcome;
}
