import { describe, expect, it } from 'vitest';
import type { Template } from './assembly.ts';
import { createResolver, type CreatedResource } from './intrinsics.ts';
import { creationOrder, parameterValues } from './plan.ts';

const template: Template = {
  Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
  Conditions: {
    IsProduction: { 'Fn::Equals': [{ Ref: 'Stage' }, 'production'] },
    IsQuiet: {
      'Fn::And': [
        { 'Fn::Not': [{ Condition: 'IsProduction' }] },
        { 'Fn::Or': [{ Condition: 'IsProduction' }, { 'Fn::Equals': ['a', 'a'] }] },
      ],
    },
  },
  Mappings: { Sizes: { 'us-east-1': { small: 128 } } },
};
const created = new Map<string, CreatedResource>([
  ['Queue', { ref: 'http://queue', attributes: { Arn: 'arn:aws:sqs:queue', 'Nested.Name': 'deep' } }],
]);
const resolve = (value: unknown): unknown =>
  createResolver(template, 'App', { Stage: 'test', List: ['a', 'b'] }, created).resolve(value, 'Here');

// Rests on:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
describe('intrinsic functions', () => {
  it.each<[unknown, unknown]>([
    [{ Ref: 'Queue' }, 'http://queue'],
    [{ Ref: 'Stage' }, 'test'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:queue'],
    [{ 'Fn::GetAtt': 'Queue.Nested.Name' }, 'deep'],
    [
      { 'Fn::Sub': '${Queue}/${Queue.Arn}/${!Literal}/${AWS::AccountId}' },
      'http://queue/arn:aws:sqs:queue/${Literal}/000000000000',
    ],
    [{ 'Fn::Sub': ['${X}-${Stage}', { X: { Ref: 'Queue' } }] }, 'http://queue-test'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Stage' }]] }, 'a-test'],
    [{ 'Fn::Join': [',', { Ref: 'List' }] }, 'a,b'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    [{ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 128],
    [{ 'Fn::If': ['IsProduction', 1, { a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 2] }] }, { b: [2] }],
    [{ 'Fn::If': ['IsQuiet', 'quiet', 'loud'] }, 'quiet'],
    [
      { Version: '2012-10-17', Condition: { StringEquals: { k: 'v' } } },
      { Version: '2012-10-17', Condition: { StringEquals: { k: 'v' } } },
    ],
  ])('%j is %j', (value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it.each<[unknown, RegExp]>([
    [{ Ref: 'Nothing' }, /Here: Ref Nothing names nothing/],
    [{ 'Fn::GetAtt': ['Queue', 'Url'] }, /Here: Fn::GetAtt Queue.Url: AWS::SQS::Queue has no such attribute, only Arn/],
    [{ a: [{ 'Fn::Select': [3, ['x']] }] }, /Here.a\[0\]: Fn::Select 3 is beyond a list of 1/],
    [{ 'Fn::Transform': {} }, /Here: Fn::Transform is not evaluated here/],
    [{ 'Fn::If': ['Missing', 1, 2] }, /Condition Missing is not in the template/],
  ])('%j says what is wrong and where', (value, message) => {
    expect(() => resolve(value)).toThrow(message);
  });
});

// Rests on:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-dependson.html
describe('plan', () => {
  it('makes a resource after everything it refers to, and leaves out what a condition switches off', () => {
    const graph: Template = {
      ...template,
      Resources: {
        A: { Type: 'T', Properties: { x: { 'Fn::Sub': '${B.Arn}' } }, DependsOn: ['C'] },
        B: { Type: 'T', Properties: { x: { 'Fn::If': ['IsProduction', { Ref: 'Off' }, { Ref: 'D' }] } } },
        C: { Type: 'T', DependsOn: 'B' },
        D: { Type: 'T' },
        Off: { Type: 'T', Condition: 'IsProduction' },
      },
    };
    const resolver = createResolver(graph, 'App', { Stage: 'test' }, created);
    expect(creationOrder(graph, resolver)).toEqual(['D', 'B', 'C', 'A']);
  });

  it('takes given values, then defaults, and checks what the template allows', () => {
    const declared = {
      Stage: { Type: 'String', Default: 'test', AllowedValues: ['test', 'production'] },
      Owner: { Type: 'String', AllowedPattern: '[0-9]*' },
      List: { Type: 'CommaDelimitedList', Default: 'a, b' },
    };
    expect(parameterValues(declared, { Owner: '5' })).toEqual({ Stage: 'test', Owner: '5', List: ['a', 'b'] });
    expect(() => parameterValues(declared, {})).toThrow(/Parameter Owner has no default/);
    expect(() => parameterValues(declared, { Owner: 'x' })).toThrow(/has to match/);
    expect(() => parameterValues(declared, { Owner: '1', Stage: 'x' })).toThrow(/only test, production/);
    expect(() => parameterValues(declared, { Owner: '1', Other: 'x' })).toThrow(/no parameter Other/);
  });
});
