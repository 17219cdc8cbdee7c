import { asciiLower, charAt, exactInteger, isSpace } from './source-text.ts';

/** The address as Telegram stores it, or why it refuses it. */
export type CheckedUrl =
  | { readonly kind: 'valid'; readonly url: string }
  | { readonly kind: 'invalid'; readonly reason: string };

const invalid = (reason: string): CheckedUrl => ({ kind: 'invalid', reason });

/** Web links need a host with a dot; of other schemes only tg, ton and tonsite pass. */
export const checkUrl = (source: string): CheckedUrl => {
  const app = /^(tg|tonsite|ton):(?:\/\/)?/i.exec(source);
  const scheme = asciiLower(app?.[1] ?? '');
  const link = source.slice(app?.[0].length ?? 0);
  const parsed = parseWebUrl(link);
  if (parsed.kind === 'invalid') return parsed;
  const { protocol, user, host, port, query, isIpv6 } = parsed;
  if (scheme !== '') {
    if (/^http:\/\//i.test(link) || protocol === 'https' || user !== '' || port !== 0 || isIpv6)
      return invalid(scheme === 'tg' ? 'Wrong tg URL' : 'Wrong ton URL');
    if (!(scheme === 'tonsite' ? /^[\w.-]*$/ : /^[\w-]*$/).test(host))
      return invalid('Unallowed characters in URL host');
    return { kind: 'valid', url: `${scheme}://${host}${query.startsWith('/?') ? query.slice(1) : query}` };
  }
  if (!host.includes('.') && !isIpv6) return invalid('Wrong HTTP URL');
  const userPart = user === '' ? '' : `${user}@`;
  const portPart = port > 0 ? `:${port}` : '';
  return { kind: 'valid', url: `${protocol}://${userPart}${host}${portPart}${query}` };
};

interface WebUrl {
  readonly kind: 'parsed';
  readonly protocol: string;
  readonly user: string;
  readonly host: string;
  /** 0 when none is written. */
  readonly port: number;
  /** Path, query and fragment, from its slash on. */
  readonly query: string;
  readonly isIpv6: boolean;
}

const parseWebUrl = (source: string): WebUrl | { readonly kind: 'invalid'; readonly reason: string } => {
  const fail = (reason: string) => ({ kind: 'invalid' as const, reason });
  const written = /^([^:/?#@[\]]*):\/\//.exec(source);
  const protocol = written === null ? 'http' : asciiLower(written[1] ?? '');
  if (protocol !== 'http' && protocol !== 'https') return fail('Unsupported URL protocol');
  const rest = source.slice(written?.[0].length ?? 0);
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';

  // A port follows the last colon, unless a bracket or an at sign comes after that.
  const mark = Math.max(...[':', ']', '@'].map((one) => authority.lastIndexOf(one)));
  const hasPort = mark > 0 && authority[mark] === ':';
  const digits = hasPort ? authority.slice(mark + 1).replace(/^0+(?=.)/s, '') : '0';
  const port = Number(exactInteger(digits, 32) ?? -1n);
  if (hasPort && (port <= 0 || port > 65_535)) return fail('Wrong port number specified in the URL');
  const userAndHost = hasPort ? authority.slice(0, mark) : authority;
  const at = userAndHost.lastIndexOf('@');
  const user = at < 0 ? '' : userAndHost.slice(0, at);
  const host = asciiLower(userAndHost.slice(at + 1));

  const isIpv6 = host.startsWith('[') && host.endsWith(']');
  if (isIpv6 && !URL.canParse(`http://${host}/`)) return fail('Wrong IPv6 address specified in the URL');
  if (host === '') return fail('URL host is empty');
  if (host === '.') return fail('Host is invalid');
  const wrong = isIpv6 ? null : (wrongPart(host, 'host', '') ?? wrongPart(user, 'userinfo', ':'));
  if (wrong !== null) return fail(wrong);
  return { kind: 'parsed', protocol, user, host, port, query: queryOf(rest.slice(authority.length)), isIpv6 };
};

const queryOf = (written: string): string => {
  let end = written.length;
  while (end > 0 && isSpace(charAt(written, end - 1))) end -= 1;
  const query = written.slice(0, end);
  const escaped = Array.from(query, (char) =>
    char <= ' ' ? `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` : char,
  ).join('');
  return escaped.startsWith('/') ? escaped : `/${escaped}`;
};

const wrongPart = (part: string, name: string, more: string): string | null => {
  for (let i = 0; i < part.length; i += 1) {
    const char = charAt(part, i);
    if (/[a-z0-9]/i.test(char) || `.-_!$,~*'();&+=${more}`.includes(char) || char >= '\u0080') continue;
    if (char !== '%') return `Disallowed character in URL ${name}`;
    if (!/^[\da-f]{2}/i.test(part.slice(i + 1))) return `Wrong percent-encoded symbol in URL ${name}`;
    i += 2;
  }
  return null;
};

/** The person a `tg://user?id=` link names. */
export const mentionedUserId = (url: string): number | null => {
  const id = exactInteger(new Map(tgParameters(asciiLower(url), 'user')?.toReversed()).get('id') ?? '', 64);
  return id === null || id <= 0n || id >= 1n << 40n ? null : Number(id);
};

/** The parameters of `tg://<host>?…` in order; null for any other link. */
export const tgParameters = (url: string, host: string): (readonly [name: string, value: string])[] | null => {
  const match = /^tg:(?:\/\/)?([^/?#]*)\/?\?([^#]*)/is.exec(url);
  if (match === null || asciiLower(match[1] ?? '') !== host) return null;
  return (match[2] ?? '').split('&').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [name, value.join('=')] as const;
  });
};
