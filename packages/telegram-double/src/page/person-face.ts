import { element } from './element.ts';

const TINTS = 7;

/** The colour class of a person or chat: the same for the same id on every device. */
export const tintClass = (id: number | string): string => {
  const digits = String(id).replaceAll(/\D/gu, '');
  return `tint-${Number(BigInt(digits === '' ? 0 : digits) % BigInt(TINTS))}`;
};

/** A round picture with the first letters of a name. */
export const personFace = (id: number | string, name: string, extraClass = ''): HTMLElement =>
  element('span', { class: `face ${tintClass(id)} ${extraClass}`.trim(), 'aria-hidden': 'true' }, initials(name));

/** Up to two first letters: `Ada Lovelace` → `AL`. */
export const initials = (name: string): string => {
  const words = name.split(/[\s_-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.slice(0, 2).map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? '');
  return letters.join('').toUpperCase() || '#';
};
