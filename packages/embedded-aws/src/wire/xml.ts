import { XMLParser } from 'fast-xml-parser';

/** What an XML answer is made of: text, nested members, repeated members; undefined members are left out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | null
  | readonly XmlValue[]
  | { readonly [member: string]: XmlValue };

/** `<name>...</name>`, with arrays as repeated elements, as S3 writes its answers. */
export const xmlElement = (name: string, value: XmlValue, attributes = ''): string => {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value))
    return (value as readonly XmlValue[]).map((item) => xmlElement(name, item, attributes)).join('');
  const inner =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([key, member]) => xmlElement(key, member))
          .join('')
      : escapeXml(String(value));
  return `<${name}${attributes}>${inner}</${name}>`;
};

// Control characters are not allowed in XML 1.0 even escaped, except these three; callers url-encode keys that have others.
const escapeXml = (text: string): string => text.replace(/[&<>"'\r\n\t]/g, (char) => ENTITIES[char] ?? char);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\t': '&#x9;',
};

/** An XML request body as nested objects; text stays text. */
export const parseXml = (text: string): unknown =>
  new XMLParser({ parseTagValue: false, ignoreAttributes: true }).parse(text);
