import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One action that the template allows one role. */
export interface Grant {
  /** The construct that the role belongs to: `TgIngest`, `AgentRuntimeExecution`. */
  readonly role: string;
  readonly sid: string;
  readonly action: string;
}

interface Statement {
  readonly Sid?: string;
  Action: string | string[];
}

interface Template {
  readonly Resources: Record<
    string,
    { readonly Type: string; readonly Properties: { PolicyDocument: { Statement: Statement[] } } }
  >;
}

const TEMPLATE = 'AgentClaw.template.json';

const templateIn = (cdkOut: string): Template => JSON.parse(readFileSync(join(cdkOut, TEMPLATE), 'utf8')) as Template;

const statementsOf = (template: Template) =>
  Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Policy')
    .map(([id, { Properties }]) => ({
      role: id.replace(/RoleDefaultPolicy[0-9A-F]{8}$/u, ''),
      document: Properties.PolicyDocument,
    }));

const actionsOf = ({ Action }: Statement): string[] => (Array.isArray(Action) ? Action : [Action]);

/** Everything that the roles of the synthesized stack may do, one action at a time. */
export const grantsOf = (cdkOut: string): readonly Grant[] =>
  statementsOf(templateIn(cdkOut)).flatMap(({ role, document }) =>
    document.Statement.flatMap((statement) =>
      actionsOf(statement).map((action) => ({ role, sid: statement.Sid ?? '', action })),
    ),
  );

/** Makes `into` a copy of `cdkOut` whose template lacks this grant; assets are linked. @throws when it never had it. */
export const copyWithout = (cdkOut: string, grant: Grant | null, into: string): void => {
  mkdirSync(into);
  for (const name of readdirSync(cdkOut)) {
    if (name.startsWith('asset.')) symlinkSync(join(cdkOut, name), join(into, name));
    else if (name.endsWith('.json')) cpSync(join(cdkOut, name), join(into, name));
  }
  if (grant === null) return;
  const template = templateIn(cdkOut);
  let removed = 0;
  for (const { role, document } of statementsOf(template)) {
    if (role !== grant.role) continue;
    document.Statement = document.Statement.flatMap((statement) => {
      if ((statement.Sid ?? '') !== grant.sid) return [statement];
      const Action = actionsOf(statement).filter((action) => action !== grant.action);
      removed += actionsOf(statement).length - Action.length;
      return Action.length === 0 ? [] : [{ ...statement, Action }];
    });
  }
  if (removed !== 1)
    throw new Error(`Removing ${JSON.stringify(grant)} from the template took ${removed} actions away.`);
  writeFileSync(join(into, TEMPLATE), JSON.stringify(template));
};
