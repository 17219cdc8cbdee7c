/** The address as Telegram stores it, or null when it refuses it: web links need a dotted host, of other schemes only tg, mailto, tel and ton pass. */
export const checkedUrl = (source: string): string | null => {
  const url = source.trim();
  if (/^(?:mailto:|tel:)\S+$/i.test(url) || /^(?:tg|ton):(?:\/\/)?[\w?=&./%+-]+$/i.test(url)) return url;
  if (/^[a-z][a-z0-9+.-]*:(?!\d)/i.test(url) && !/^https?:\/\//i.test(url)) return null;
  const parsed = /^(https?:\/\/)?((?:[^/?#@\s]*@)?)([^/?#:\s]+)(:\d+)?([/?#]\S*)?$/i.exec(url);
  if (parsed === null) return null;
  const [, scheme = 'http://', user = '', host = '', port = '', path = '/'] = parsed;
  if (!/^[^.]+(?:\.[^.]+)+$/.test(host)) return null;
  return `${scheme.toLowerCase()}${user}${host.toLowerCase()}${port}${path.startsWith('/') ? path : `/${path}`}`;
};

/** The person a `tg://user?id=` link names. */
export const mentionedUserId = (url: string): number | null => {
  const match = /^tg:\/\/user\?id=(\d+)$/i.exec(url.trim());
  return match === null ? null : Number(match[1]);
};
