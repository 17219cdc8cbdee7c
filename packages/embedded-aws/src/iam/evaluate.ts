import { ACCOUNT_ID, REGION, type IamCheck } from '../service.ts';

type OneOrMany<T> = T | readonly T[];

/** `Condition` of a statement: operator → key → values. */
export type PolicyCondition = Readonly<Record<string, Readonly<Record<string, OneOrMany<string | boolean | number>>>>>;

/** One statement of an identity policy. */
export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  readonly Condition?: PolicyCondition;
}

/** An identity policy as it stands in a template once its references are resolved. */
export interface PolicyDocument {
  readonly Statement: OneOrMany<PolicyStatement>;
}

/**
 * Identity policies only: an explicit Deny wins, else any Allow, else no. A condition operator that is not known here
 * makes an Allow not match and a Deny match, so a policy this evaluator cannot read never grants anything.
 */
export const isAllowed = (policies: readonly PolicyDocument[], check: IamCheck): boolean => {
  const context: Context = {
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': REGION,
    'aws:ResourceAccount': ACCOUNT_ID,
    ...check.context,
  };
  const statements = policies.flatMap((policy) => many(policy.Statement));
  if (statements.some((statement) => statement.Effect === 'Deny' && applies(statement, check, context))) return false;
  return statements.some((statement) => statement.Effect === 'Allow' && applies(statement, check, context));
};

type Context = Readonly<Record<string, string | readonly string[]>>;

const many = <T>(value: OneOrMany<T> | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

const applies = (statement: PolicyStatement, check: IamCheck, context: Context): boolean =>
  coversAction(statement, check.action) &&
  coversResource(statement, check.resource, context) &&
  conditionHolds(statement.Condition ?? {}, context, statement.Effect === 'Deny');

const coversAction = (statement: PolicyStatement, action: string): boolean => {
  const matchesOne = (patterns: OneOrMany<string>): boolean =>
    many(patterns).some((pattern) => like(pattern.toLowerCase(), action.toLowerCase()));
  if (statement.NotAction !== undefined) return !matchesOne(statement.NotAction);
  return statement.Action !== undefined && matchesOne(statement.Action);
};

const coversResource = (statement: PolicyStatement, resource: string, context: Context): boolean => {
  const matchesOne = (patterns: OneOrMany<string>): boolean =>
    many(patterns).some((pattern) => like(withVariables(pattern, context), resource));
  if (statement.NotResource !== undefined) return !matchesOne(statement.NotResource);
  return statement.Resource !== undefined && matchesOne(statement.Resource);
};

const withVariables = (pattern: string, context: Context): string =>
  pattern.replace(/\$\{(aws:[A-Za-z]+)\}/g, (whole, key: string) => {
    const value = lookUp(context, key);
    return typeof value === 'string' ? value : whole;
  });

const lookUp = (context: Context, key: string): string | readonly string[] | undefined => {
  const name = Object.keys(context).find((candidate) => candidate.toLowerCase() === key.toLowerCase());
  return name === undefined ? undefined : context[name];
};

const conditionHolds = (condition: PolicyCondition, context: Context, ifUnknown: boolean): boolean =>
  Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      testHolds(operator, lookUp(context, key), many(wanted).map(String), ifUnknown),
    ),
  );

const testHolds = (
  operator: string,
  actual: string | readonly string[] | undefined,
  wanted: readonly string[],
  ifUnknown: boolean,
): boolean => {
  const [, set, base = '', ifExists] = /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  if (base === 'Null') return wanted.includes(String(actual === undefined));
  const test = TESTS[base];
  if (test === undefined) return ifUnknown;
  const { negated, holds } = test;
  const values = many(actual);
  if (values.length === 0) return ifExists !== undefined || set === 'ForAllValues:' || (negated && set === undefined);
  const holdsFor = (value: string): boolean => wanted.some((pattern) => holds(pattern, value)) !== negated;
  return set === 'ForAllValues:' ? values.every(holdsFor) : values.some(holdsFor);
};

interface ConditionTest {
  negated: boolean;
  holds: (pattern: string, value: string) => boolean;
}

const equal = (pattern: string, value: string): boolean => pattern === value;
const equalIgnoringCase = (pattern: string, value: string): boolean => pattern.toLowerCase() === value.toLowerCase();

/** `*` is any run of characters, `?` is one. */
const like = (pattern: string, value: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(value);

// In an ARN a wildcard stays inside its colon-separated part; the last part holds the rest, colons included.
const likeArn = (pattern: string, value: string): boolean => {
  const parts = (arn: string): string[] => [...arn.split(':').slice(0, 5), arn.split(':').slice(5).join(':')];
  const values = parts(value);
  return parts(pattern).every((part, index) => like(part, values[index] ?? ''));
};

const TESTS: Readonly<Record<string, ConditionTest>> = {
  StringEquals: { negated: false, holds: equal },
  StringNotEquals: { negated: true, holds: equal },
  StringEqualsIgnoreCase: { negated: false, holds: equalIgnoringCase },
  StringNotEqualsIgnoreCase: { negated: true, holds: equalIgnoringCase },
  StringLike: { negated: false, holds: like },
  StringNotLike: { negated: true, holds: like },
  ArnEquals: { negated: false, holds: likeArn },
  ArnNotEquals: { negated: true, holds: likeArn },
  ArnLike: { negated: false, holds: likeArn },
  ArnNotLike: { negated: true, holds: likeArn },
  Bool: { negated: false, holds: equalIgnoringCase },
};
