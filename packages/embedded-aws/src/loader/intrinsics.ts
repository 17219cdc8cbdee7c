import { ACCOUNT_ID, REGION } from '../service.ts';
import type { Template } from './assembly.ts';

/** What a created resource is to the rest of the template. */
export interface CreatedResource {
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt` gives, by attribute name. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Evaluates the template's functions against what exists so far. */
export interface Resolver {
  /** @throws Error naming the function and the path for whatever cannot be evaluated. */
  resolve(value: unknown, path: string): unknown;
  conditionHolds(name: string | undefined): boolean;
  /** The resources that a value refers to, in the branches that count. */
  references(value: unknown): ReadonlySet<string>;
}

// Stands for AWS::NoValue: the property that has it is left out.
const NO_VALUE = Symbol('AWS::NoValue');

/** @param created is read at every call, so resources become visible as they are made. */
export const createResolver = (
  template: Template,
  stackName: string,
  parameters: Readonly<Record<string, unknown>>,
  created: ReadonlyMap<string, CreatedResource>,
): Resolver => {
  const pseudo: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': ACCOUNT_ID,
    'AWS::Region': REGION,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT_ID}:stack/${stackName}/embedded`,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': NO_VALUE,
  };
  const conditions = new Map<string, boolean>();

  const conditionHolds = (name: string | undefined): boolean => {
    if (name === undefined) return true;
    const known = conditions.get(name);
    if (known !== undefined) return known;
    const definition = template.Conditions?.[name];
    if (definition === undefined) throw new Error(`Condition ${name} is not in the template.`);
    const holds = evaluate(definition, `Conditions.${name}`) === true;
    conditions.set(name, holds);
    return holds;
  };
  const ref = (name: string, path: string): unknown => {
    if (name in pseudo) return pseudo[name];
    if (name in parameters) return parameters[name];
    const resource = created.get(name);
    if (resource !== undefined) return resource.ref;
    throw new Error(
      `${path}: Ref ${name} names nothing that exists at this point. Check the logical id and conditions.`,
    );
  };
  const getAtt = (name: string, attribute: string, path: string): unknown => {
    const resource = created.get(name);
    if (resource === undefined) throw new Error(`${path}: Fn::GetAtt ${name}.${attribute} names no resource.`);
    if (attribute in resource.attributes) return resource.attributes[attribute];
    const known = Object.keys(resource.attributes).join(', ');
    const type = template.Resources[name]?.Type ?? '';
    throw new Error(
      `${path}: Fn::GetAtt ${name}.${attribute}: ${type} has no such attribute, only ${known || 'none'}.`,
    );
  };
  const text = (value: unknown, path: string): string => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw new Error(`${path}: expected text, got ${JSON.stringify(value)}.`);
  };
  const list = (value: unknown, path: string): unknown[] => {
    if (Array.isArray(value)) return value as unknown[];
    throw new Error(`${path}: expected a list, got ${JSON.stringify(value)}.`);
  };
  const substitute = (argument: unknown, path: string): string => {
    const [template, own] = Array.isArray(argument)
      ? (argument as [string, Record<string, unknown>])
      : [argument as string, {}];
    return template.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (name in own) return text(evaluate(own[name], path), path);
      const [id = '', ...attribute] = name.split('.');
      return text(attribute.length === 0 ? ref(name, path) : getAtt(id, attribute.join('.'), path), path);
    });
  };
  const functions: Readonly<Record<string, (argument: unknown, path: string) => unknown>> = {
    Ref: (argument, path) => ref(argument as string, path),
    Condition: (argument) => conditionHolds(argument as string),
    'Fn::GetAtt': (argument, path) => {
      const [name = '', ...attribute] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
      return getAtt(name, attribute.join('.'), path);
    },
    'Fn::Sub': substitute,
    'Fn::Join': (argument, path) => {
      const [separator, items] = argument as [string, unknown];
      return list(evaluate(items, path), path)
        .map((item) => text(item, path))
        .join(separator);
    },
    'Fn::Split': (argument, path) => {
      const [separator, source] = argument as [string, unknown];
      return text(evaluate(source, path), path).split(separator);
    },
    'Fn::Select': (argument, path) => {
      const [index, items] = list(evaluate(argument, path), path);
      const all = list(items, path);
      const at = Number(index);
      if (!(at in all)) throw new Error(`${path}: Fn::Select ${at} is beyond a list of ${all.length}.`);
      return all[at];
    },
    'Fn::FindInMap': (argument, path) => {
      const [map = '', first = '', second = ''] = list(evaluate(argument, path), path).map((key) => text(key, path));
      const found = template.Mappings?.[map]?.[first]?.[second];
      if (found === undefined) throw new Error(`${path}: Fn::FindInMap has no ${map}.${first}.${second}.`);
      return found;
    },
    'Fn::If': (argument, path) => {
      const [condition, whenTrue, whenFalse] = argument as [string, unknown, unknown];
      return evaluate(conditionHolds(condition) ? whenTrue : whenFalse, path);
    },
    'Fn::Equals': (argument, path) => {
      const [left, right] = list(evaluate(argument, path), path);
      return String(left) === String(right);
    },
    'Fn::Not': (argument, path) => list(evaluate(argument, path), path)[0] !== true,
    'Fn::And': (argument, path) => list(evaluate(argument, path), path).every((one) => one === true),
    'Fn::Or': (argument, path) => list(evaluate(argument, path), path).some((one) => one === true),
    'Fn::Base64': (argument, path) => Buffer.from(text(evaluate(argument, path), path)).toString('base64'),
    'Fn::GetAZs': () => [`${REGION}a`, `${REGION}b`],
  };

  const evaluate = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) {
      return value.map((item, index) => evaluate(item, `${path}[${index}]`)).filter((item) => item !== NO_VALUE);
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only !== undefined && isFunction(only)) {
      const [name, argument] = only;
      const apply = functions[name];
      if (apply === undefined)
        throw new Error(`${path}: ${name} is not evaluated here. Add it in loader/intrinsics.ts.`);
      return apply(argument, path);
    }
    const resolved = entries.map(([key, item]) => [key, evaluate(item, `${path}.${key}`)] as const);
    return Object.fromEntries(resolved.filter(([, item]) => item !== NO_VALUE));
  };

  const collect = (value: unknown, found: Set<string>): void => {
    if (Array.isArray(value)) return value.forEach((item) => collect(item, found));
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      if (key === 'Fn::If' && Array.isArray(item)) {
        collect(conditionHolds(item[0] as string) ? item[1] : item[2], found);
        continue;
      }
      if (key === 'Ref' && typeof item === 'string') found.add(item);
      else if (key === 'Fn::GetAtt') found.add(String(Array.isArray(item) ? item[0] : String(item).split('.')[0]));
      else if (key === 'Fn::Sub') for (const name of namesInSub(item)) found.add(name);
      collect(item, found);
    }
  };
  return {
    conditionHolds,
    resolve: (value, path) => {
      const resolved = evaluate(value, path);
      return resolved === NO_VALUE ? undefined : resolved;
    },
    references(value) {
      const found = new Set<string>();
      collect(value, found);
      return found;
    },
  };
};

// `Condition` is a function only with a name: in a policy it holds operators.
const isFunction = ([key, argument]: readonly [string, unknown]): boolean =>
  key === 'Ref' || key.startsWith('Fn::') || (key === 'Condition' && typeof argument === 'string');

const namesInSub = (argument: unknown): string[] => {
  const template = String(Array.isArray(argument) ? argument[0] : argument);
  return [...template.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name.split('.')[0] ?? '');
};
