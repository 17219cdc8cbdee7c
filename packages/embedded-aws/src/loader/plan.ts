import type { Template, TemplateParameter } from './assembly.ts';
import type { Resolver } from './intrinsics.ts';

/** Values of the template's parameters: what the caller gives, else the default. @throws for a missing or forbidden value. */
export const parameterValues = (
  declared: Readonly<Record<string, TemplateParameter>>,
  given: Readonly<Record<string, string>>,
): Record<string, unknown> => {
  const unknown = Object.keys(given).filter((name) => !(name in declared));
  if (unknown.length > 0) {
    throw new Error(`The template has no parameter ${unknown.join(', ')}. It has ${Object.keys(declared).join(', ')}.`);
  }
  return Object.fromEntries(
    Object.entries(declared).map(([name, parameter]) => [name, valueOf(name, parameter, given[name])]),
  );
};

const valueOf = (name: string, parameter: TemplateParameter, given: string | undefined): unknown => {
  const value = given ?? parameter.Default;
  if (value === undefined) throw new Error(`Parameter ${name} has no default and no value. Give it one.`);
  const text = String(value);
  if (parameter.AllowedValues !== undefined && !parameter.AllowedValues.map(String).includes(text)) {
    throw new Error(`Parameter ${name} may not be "${text}", only ${parameter.AllowedValues.join(', ')}.`);
  }
  if (parameter.AllowedPattern !== undefined && !new RegExp(`^(?:${parameter.AllowedPattern})$`).test(text)) {
    throw new Error(`Parameter ${name} may not be "${text}": it has to match ${parameter.AllowedPattern}.`);
  }
  return parameter.Type.startsWith('List<') || parameter.Type === 'CommaDelimitedList'
    ? text.split(',').map((item) => item.trim())
    : text;
};

/** The resources in an order in which each comes after what it refers to. @throws Error that shows a cycle. */
export const creationOrder = (template: Template, resolver: Resolver): string[] => {
  const order: string[] = [];
  const done = new Set<string>();
  const active = (id: string): boolean => resolver.conditionHolds(template.Resources[id]?.Condition);
  const visit = (id: string, trail: readonly string[]): void => {
    if (done.has(id)) return;
    if (trail.includes(id))
      throw new Error(`Circular dependency: ${[...trail.slice(trail.indexOf(id)), id].join(' -> ')}.`);
    const resource = template.Resources[id];
    if (resource === undefined) return;
    const explicit = typeof resource.DependsOn === 'string' ? [resource.DependsOn] : (resource.DependsOn ?? []);
    for (const next of [...resolver.references(resource.Properties), ...explicit]) {
      if (next in template.Resources && active(next)) visit(next, [...trail, id]);
    }
    done.add(id);
    order.push(id);
  };
  for (const id of Object.keys(template.Resources)) if (active(id)) visit(id, []);
  return order;
};
