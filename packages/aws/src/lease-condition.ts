import type { Lease } from '@agent-claw/core';

/** The fence alone says who came last; the holder is gone once the lease was given back. */
export const leaseIsMine = 'fence = :fence AND leaseHolder = :leaseHolder';

export const leaseValues = (lease: Lease) => ({ ':fence': lease.fence, ':leaseHolder': lease.holder });
