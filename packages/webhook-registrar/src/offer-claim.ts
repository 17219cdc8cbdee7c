import { createHash } from 'node:crypto';
import { setClaim } from '@agent-claw/core';
import type { AccessStore } from '@agent-claw/core';
import type { RegistrationRequest } from './cloudformation-event.ts';

export interface OfferClaimDeps {
  readonly access: Pick<AccessStore, 'update'>;
  /** 16 fresh random bytes, base64url. */
  readonly newClaimCode: () => string;
  readonly now: () => number;
}

export interface Claim {
  /** The link, or a word on why there is none. */
  readonly link: string;
  /** Empty while nobody owns the bot. */
  readonly ownerId: string;
}

/** A failed update is being taken back: whatever link its outputs show stays as it is. */
export const NO_NEW_LINK = 'none: a rollback makes no new link';

/**
 * While nobody owns the bot: a fresh code of which only the digest is kept, and the link that carries it. An older link is
 * worth nothing from then on. A deployment that names the owner takes back whatever link there was.
 */
export const offerClaim = async (
  { access, newClaimCode, now }: OfferClaimDeps,
  { registration: { OwnerId: named }, goesBack }: RegistrationRequest,
  botUsername: string,
): Promise<Claim> => {
  if (goesBack) return { link: NO_NEW_LINK, ownerId: named };
  const code = newClaimCode();
  const digest = named === '' ? createHash('sha256').update(code).digest('hex') : null;
  const found = await access.update((record) => {
    const { outcome, ...change } = setClaim(record, digest, now());
    return { ...change, outcome: { isOffered: outcome === 'set', claimedBy: record.owner?.id ?? '' } };
  });
  if (named !== '') return { link: 'none: the deployment names the owner', ownerId: named };
  if (!found.isOffered) return { link: 'none: the bot has an owner', ownerId: found.claimedBy };
  return { link: botUsername === '' ? `/start ${code}` : `https://t.me/${botUsername}?start=${code}`, ownerId: '' };
};
