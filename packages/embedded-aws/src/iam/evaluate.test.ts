import { describe, expect, it } from 'vitest';
import { isAllowed, type PolicyStatement } from './evaluate.ts';

const allow = (more: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::b/*',
  ...more,
});
const get = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' };
const decide = (statements: PolicyStatement[], check: Parameters<typeof isAllowed>[1] = get): boolean =>
  isAllowed([{ Statement: statements }], check);

// Rests on:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
describe('identity policies', () => {
  it('allow only what a statement names', () => {
    expect(decide([])).toBe(false);
    expect(decide([allow()])).toBe(true);
    expect(decide([allow({ Action: 'S3:Get*' })])).toBe(true);
    expect(decide([allow({ Resource: 'arn:aws:s3:::other/*' })])).toBe(false);
    expect(decide([allow()], { ...get, action: 's3:PutObject' })).toBe(false);
    expect(decide([allow({ Action: 's3.GetObject' })])).toBe(false);
  });

  it('let a Deny win', () => {
    expect(decide([allow(), { Effect: 'Deny', Action: '*', Resource: '*' }])).toBe(false);
    expect(decide([allow(), { Effect: 'Deny', NotAction: 's3:GetObject', Resource: '*' }])).toBe(true);
    expect(decide([allow(), { Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::b/k' }])).toBe(true);
  });

  it('hold the usual deny without TLS back', () => {
    expect(
      decide([
        allow(),
        { Effect: 'Deny', Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ]),
    ).toBe(true);
  });

  it.each([
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', 'a', undefined, false],
    ['StringEqualsIfExists', 'a', undefined, true],
    ['StringNotEquals', 'a', 'b', true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringLike', 'work/*', 'work/x', true],
    ['StringLike', 'work/?', 'work/xy', false],
    ['ArnLike', 'arn:aws:s3:*:*:b', 'arn:aws:s3:::b', true],
    ['ArnLike', 'arn:aws:*:b', 'arn:aws:s3:::b', false],
    ['Null', 'true', undefined, true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a'], ['a', 'b'], false],
    ['ForAnyValue:StringEquals', ['a'], ['a', 'b'], true],
    ['NumericLessThan', '5', '1', false],
  ] as const)('read %s %j against %j as %s', (operator, wanted, actual, expected) => {
    const statement = allow({ Condition: { [operator]: { 'x:key': wanted } } });
    expect(decide([statement], { ...get, ...(actual === undefined ? {} : { context: { 'X:Key': actual } }) })).toBe(
      expected,
    );
  });

  it('let a Deny with an unreadable condition deny', () => {
    expect(
      decide([
        allow(),
        { Effect: 'Deny', Action: '*', Resource: '*', Condition: { NumericLessThan: { 'x:key': '5' } } },
      ]),
    ).toBe(false);
  });
});
