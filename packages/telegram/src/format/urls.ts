const maxUrlChars = 2048;
// The host is checked as written, not as a URL parser would rewrite it: Telegram does not read 2130706433 as 127.0.0.1.
// A user name before the host is refused because https://bank.com@evil.example hides where it leads.
const httpUrl = /^https?:\/\/((?:[\w.!$,~*'();&+=-]|%[\da-f]{2}|[^\p{ASCII}\s])+)(?::0*[1-9]\d{0,4})?(?:[/?#]\S*)?$/iu;
// A telephone number makes the server refuse the message, and a mail address becomes a web link to nowhere.
const appUrl = /^tg:\/\/[\w-]+(?:[/?#]\S*)?$/i;

/** True for URLs the server accepts in a `text_link`; anything else makes it refuse the whole message. */
export const isLinkable = (url: string): boolean => {
  if (url.length > maxUrlChars) return false;
  const host = httpUrl.exec(url)?.[1];
  if (host === undefined) return appUrl.test(url);
  return /^[^.]+(?:\.[^.]+)+\.?$/.test(host) && URL.canParse(url);
};

/** True when the text alone already is the address: Telegram links it by itself and no entity is spent. */
export const isSelfLink = (text: string, url: string): boolean =>
  url === text || url === `mailto:${text}` || url === `http://${text}` || url === `https://${text}`;

// Without a scheme only names that are hardly anything else: README.md, Node.js and ASP.NET are no addresses.
const namedHost =
  /^(?:(?:https?:\/\/|www\.)([^\s/?#:@]+\.[^\s/?#:@]+)|([^\s/?#:@]+\.(?:com|org|gov|edu)))(?=[/?#:]|$)/i;

/** True when a link's text names a host and the link leads to another one: the trick of every phishing message. */
export const isOtherAddress = (text: string, url: string): boolean => {
  const [, withScheme, bare] = namedHost.exec(text.trim()) ?? [];
  const named = (withScheme ?? bare)?.toLowerCase().replace(/^www\./, '');
  const host = (httpUrl.exec(url)?.[1] ?? '').toLowerCase();
  return named !== undefined && host !== named && !host.endsWith(`.${named}`);
};
