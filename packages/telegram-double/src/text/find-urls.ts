import type { EntityView } from '../double-api.ts';
import { asciiLower } from './source-text.ts';
import { isKnownTopLevelDomain } from './top-level-domain.ts';

const badEnd = /[.:;,('?!`]/;
const inUrl = (char: string): boolean =>
  /^[\u2000-\u206F]$/.test(char) ? /^(?:\u200C|\u200D|[\u2010-\u2015])$/.test(char) : !/^\p{Z}$/u.test(char);
const inPath = (char: string): boolean => !/^[\n<>"«»]$/.test(char) && inUrl(char);
const inUser = (char: string): boolean => !/^[\n/[\]{}()'`<>"@«»]$/.test(char) && inUrl(char);
const inDomain = (char: string): boolean => (char < '\u00C0' ? /^[.\w~-]$/.test(char) : inUrl(char));
const inProtocol = (char: string): boolean => (char < '\u0080' ? /^[a-z\d+-]$/i.test(char) : !/^\p{Z}$/u.test(char));

/** Links (with or without a scheme), app links and e-mail addresses of a text, by the rules of Telegram's clients. */
export const findUrls = (text: string): EntityView[] => [...appLinks(text), ...webLinks(text)];

/** Links into apps. They may begin within one another; which of them stays is decided later. */
const appLinks = (text: string): EntityView[] => {
  const found: EntityView[] = [];
  const host = /(?<=(tg|ton|tonsite)):\/\/[\w-]{1,253}/gi;
  for (let match = host.exec(text); match !== null; match = host.exec(text)) {
    const offset = match.index - (match[1] ?? '').length;
    const end = pathEnd(text, host.lastIndex);
    found.push({ type: 'url', offset, length: end - offset });
    host.lastIndex = end;
  }
  return found;
};

/** Where the path, query or fragment that begins at `from` ends; `from` when none does. */
const pathEnd = (text: string, from: number): number => {
  if (!/[/?#]/.test(text[from] ?? '')) return from;
  let end = forward(text, from + 1, inPath);
  while (end > from + 1 && badEnd.test(text[end - 1] ?? '')) end -= 1;
  return text[from] === '/' || end > from + 1 ? end : from;
};

const forward = (text: string, from: number, fits: (char: string) => boolean): number => {
  let i = from;
  while (i < text.length) {
    const char = String.fromCodePoint(text.codePointAt(i) ?? 0);
    if (!fits(char)) break;
    i += char.length;
  }
  return i;
};

const backward = (text: string, from: number, first: number, fits: (char: string) => boolean): number => {
  let i = from;
  while (i > first) {
    const width = i - 2 >= first && (text.codePointAt(i - 2) ?? 0) > 0xffff ? 2 : 1;
    if (!fits(text.slice(i - width, i))) break;
    i -= width;
  }
  return i;
};

const webLinks = (text: string): EntityView[] => {
  const found: EntityView[] = [];
  // Every link has a dot in its host: each dot is looked at once, and nothing before `first` belongs to a later link.
  let first = 0;
  for (let dot = text.indexOf('.'); dot >= 0 && dot + 1 < text.length; dot = text.indexOf('.', first)) {
    if (text[dot + 1] === ' ') {
      first = dot + 2;
      continue;
    }
    const { begin, end, isBad } = around(text, dot, first);
    if (!isBad && end > dot + 1) {
      const entity = linkOrEmail(text.slice(begin, end), begin);
      if (entity !== null) found.push(entity);
    }
    let next = end;
    if (isBad) while (next > dot + 1 && text[next - 1] !== '.') next -= 1;
    else while (text[next] === '.') next += 1;
    first = Math.max(next, dot + 1);
  }
  return found;
};

const around = (text: string, dot: number, first: number): { begin: number; end: number; isBad: boolean } => {
  let begin = backward(text, dot, first, inDomain);
  const domainEnd = forward(text, dot, (char) => char === '@' || inDomain(char));
  const hasAt = text.slice(dot, domainEnd).includes('@');
  if (hasAt) begin = backward(text, begin, first, inUser);
  const port = /^:0*([1-9]\d{0,4})(?!\d)/.exec(text.slice(domainEnd));
  let end = pathEnd(text, port !== null && Number(port[1]) <= 65_535 ? domainEnd + port[0].length : domainEnd);
  while (end > dot + 1 && text[end - 1] === '.') end -= 1;

  let isBad = false;
  if (begin > first && text[begin - 1] === '@') {
    const userBegin = backward(text, begin - 1, first, inUser);
    isBad = hasAt || userBegin === begin - 1;
    begin = userBegin;
  }
  if (begin === first) return { begin, end, isBad };
  const before = text.slice(first, begin);
  if (before.length >= 6 && before.endsWith('://')) {
    const protocol = asciiLower(text.slice(backward(text, begin - 3, first, inProtocol), begin - 3));
    const known = ['https', 'http', 'ftp', 'tonsite'].find((one) => protocol.endsWith(one));
    const isOther = known === undefined || ['shttp', 'tftp', 'sftp'].includes(protocol);
    return { begin: isOther ? begin : begin - known.length - 3, end, isBad: isBad || isOther };
  }
  return { begin, end, isBad: isBad || /[\p{L}\p{N}_/#@]$/u.test(before) };
};

const linkOrEmail = (source: string, offset: number): EntityView | null => {
  const mail = source.startsWith('mailto:') ? source.slice(7) : source;
  if (isEmail(mail)) return { type: 'email', offset: offset + source.length - mail.length, length: mail.length };
  const length = urlLength(source);
  return length === 0 ? null : { type: 'url', offset, length };
};

const isEmail = (source: string): boolean =>
  /^(?:[\w-]{0,26}[.+]){0,10}[\w-]{1,35}@(?:[a-z\d](?:[\w-]{0,28}[a-z\d])?\.){1,6}[a-z]{2,8}$/i.test(source);

/** How much of `source` is a link; 0 when it is none. */
const urlLength = (source: string): number => {
  const scheme = /^(?:https?|ftp|tonsite):\/\//i.exec(source)?.[0] ?? '';
  const rest = source.slice(scheme.length);
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  const path = rest.slice(authority.length);
  const host = authority.slice(authority.indexOf('@') + 1).replace(/:[^:]*$/, '');
  const length = source.length - path.length + balancedLength(path);

  const parts = host.split('.');
  if (parts.length === 1 || parts.some((part) => part === '' || Buffer.byteLength(part) >= 64 || part.endsWith('-')))
    return 0;
  if (asciiLower(host) === 'teiegram.org') return 0;
  if (parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/.test(part))) return length;
  if (!/[^\d.]/.test(host)) return 0;
  const top = parts.at(-1) ?? '';
  if (Array.from(top).length <= 1 || /[_-]/.test(top.replace(/^xn--(?=[a-z\d]{2,}$)/i, ''))) return 0;
  if (scheme === '' && !top.startsWith('xn--') && !isKnownTopLevelDomain(top)) return 0;
  return parts.at(-2)?.includes('_') ? 0 : length;
};

/** A path ends before a bracket that it did not open. */
const balancedLength = (path: string): number => {
  const depth = new Map<string, number>();
  const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
  let end = 0;
  for (; end < path.length; end += 1) {
    const char = path[end] ?? '';
    const opener = pairs[char] ?? char;
    const left = (depth.get(opener) ?? 0) + (char in pairs ? -1 : 1);
    if (left < 0) break;
    depth.set(opener, left);
  }
  while (end > 0 && badEnd.test(path[end - 1] ?? '')) end -= 1;
  return end;
};
