import { ACCOUNT_ID, type Principal } from '../service.ts';
import { isAllowed, type PolicyDocument } from './evaluate.ts';

/** A role's session: what a function or a container runs as. */
export interface RoleSession {
  readonly accessKeyId: string;
  readonly roleName: string;
  /** As in the assumed-role ARN; Lambda uses the function's name. */
  readonly sessionName: string;
  /** Asked at every call, so a policy that is attached later counts at once. */
  readonly policies: () => readonly PolicyDocument[];
}

/** Maps access key ids to identities. */
export interface AccessKeys {
  find(accessKeyId: string): Principal | undefined;
  add(session: RoleSession): Principal;
}

/** The key that may do everything, for the owner's own `aws` CLI and for the loader. */
export const OWNER_CREDENTIALS = {
  accessKeyId: 'AKIAEMBEDDEDOWNER000',
  secretAccessKey: 'embedded-owner-secret',
} as const;

/** @param ownerAccessKeyId the key with every permission. */
export const createAccessKeys = (ownerAccessKeyId: string = OWNER_CREDENTIALS.accessKeyId): AccessKeys => {
  const owner: Principal = { arn: `arn:aws:iam::${ACCOUNT_ID}:user/owner`, name: 'owner', allows: () => true };
  const principals = new Map<string, Principal>([[ownerAccessKeyId, owner]]);
  return {
    find: (accessKeyId) => principals.get(accessKeyId),
    add({ accessKeyId, roleName, sessionName, policies }) {
      const arn = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${roleName}/${sessionName}`;
      const globals = {
        'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT_ID}:role/${roleName}`,
        'aws:PrincipalAccount': ACCOUNT_ID,
      };
      const principal: Principal = {
        arn,
        name: sessionName,
        allows: (check) => isAllowed(policies(), { ...check, context: { ...globals, ...check.context } }),
      };
      principals.set(accessKeyId, principal);
      return principal;
    },
  };
};
