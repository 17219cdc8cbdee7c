import type { EntityView } from '../double-api.ts';
import { endOf, isContinuous, isPre, isQuote, isSplittable, sortEntities, splittable } from './entity-order.ts';

/** Entities as Telegram keeps them: nested, never crossing, none inside code, no link in a link, styles cut and joined where needed. */
export const fixEntities = (entities: readonly EntityView[]): EntityView[] => {
  const sorted = sortEntities(entities);
  return areValid(sorted) ? sorted : combine(sorted, []);
};

/** Adds what was found in the text; where that crosses an explicit entity, the explicit one stays. */
export const mergeFound = (entities: readonly EntityView[], found: readonly EntityView[]): EntityView[] =>
  found.length === 0 ? [...entities] : combine(entities, found);

const combine = (entities: readonly EntityView[], found: readonly EntityView[]): EntityView[] => {
  const quotes = withoutOverlaps(entities.filter(isQuote));
  const own = withoutOverlaps(entities.filter((one) => !isQuote(one) && !isSplittable(one)));
  const kept = own.filter((one) => fitsQuotes(one, quotes));
  const added = found.filter((one) => fitsQuotes(one, quotes) && !kept.some((other) => overlap(one, other)));
  const fixed = sortEntities([...kept, ...added, ...quotes]);
  const styles = splitStyles(entities.filter(isSplittable), fixed);
  return fixed.length === 0 ? styles : sortEntities([...fixed, ...styles]);
};

const overlap = (a: EntityView, b: EntityView): boolean => a.offset < endOf(b) && b.offset < endOf(a);

/** The first of each group that overlaps, nested ones included. */
const withoutOverlaps = (entities: readonly EntityView[]): EntityView[] => {
  const kept: EntityView[] = [];
  for (const entity of entities) if (entity.offset >= endOf(kept.at(-1) ?? start)) kept.push(entity);
  return kept;
};

const start: EntityView = { type: '', offset: 0, length: 0 };

const fitsQuotes = (entity: EntityView, quotes: readonly EntityView[]): boolean => {
  const quote = quotes.find((one) => endOf(one) > entity.offset);
  if (quote === undefined) return true;
  const reachesOut = endOf(quote) < endOf(entity);
  const reachesIn = entity.offset < quote.offset && quote.offset < endOf(entity);
  return !reachesOut && !reachesIn;
};

const areValid = (entities: readonly EntityView[]): boolean => {
  const ends = new Map<string, number>();
  const around: EntityView[] = [];
  for (const entity of entities) {
    while (around.length > 0 && entity.offset >= endOf(around.at(-1) ?? start)) around.pop();
    const parent = around.at(-1);
    if (parent !== undefined) {
      if (endOf(entity) > endOf(parent) || around.some((one) => sameKind(one, entity)) || isPre(parent)) return false;
      if (isPre(entity) && around.some((one) => !isQuote(one))) return false;
      if ((isContinuous(entity) || isQuote(entity)) && around.some(isContinuous)) return false;
      if (isQuote(entity) && around.some(isQuote)) return false;
      if (around.some(isSplittable)) return false;
    }
    if (isSplittable(entity)) {
      if ((ends.get(entity.type) ?? -1) >= entity.offset) return false;
      ends.set(entity.type, endOf(entity));
    }
    around.push(entity);
  }
  return true;
};

const sameKind = (a: EntityView, b: EntityView): boolean =>
  a.type === b.type && (a.language === undefined) === (b.language === undefined);

/** Styles are joined where they touch, cut where another entity begins or ends, and left out of code. */
const splitStyles = (styles: readonly EntityView[], others: readonly EntityView[]): EntityView[] => {
  let result: EntityView[] = [];
  const running = new Map<string, { begin: number; end: number }>();
  const waiting = [...styles];

  const flush = (upTo: number): void => {
    for (const type of splittable) {
      const one = running.get(type);
      if (one === undefined || one.begin >= upTo) continue;
      const end = Math.min(one.end, upTo);
      result.push({ type, offset: one.begin, length: end - one.begin });
      if (one.end <= upTo) running.delete(type);
      else one.begin = upTo;
    }
  };
  const advance = (upTo: number): void => {
    for (let next = waiting[0]; next !== undefined && next.offset < upTo; next = waiting[0]) {
      waiting.shift();
      const one = running.get(next.type);
      if (one !== undefined && next.offset <= one.end) one.end = Math.max(one.end, endOf(next));
      else {
        flush(next.offset);
        running.set(next.type, { begin: next.offset, end: endOf(next) });
      }
    }
    flush(upTo);
  };
  const around: EntityView[] = [];
  const reach = (offset: number): void => {
    for (let last = around.at(-1); last !== undefined && offset >= endOf(last); last = around.at(-1)) {
      const before = result.length;
      advance(endOf(last));
      if (isPre(last)) result = result.slice(0, before);
      around.pop();
    }
    advance(offset);
  };
  for (const other of others) {
    reach(other.offset);
    around.push(other);
  }
  reach(Infinity);
  return sortEntities(result);
};
