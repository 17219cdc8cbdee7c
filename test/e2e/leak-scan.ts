import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Something that must not be found, under the name that a finding is reported by. */
export interface Canary {
  readonly name: string;
  readonly value: string;
}

export interface Finding {
  readonly canary: string;
  readonly where: string;
  /** What stands around it. */
  readonly context: string;
}

/** What base64 makes of `value` wherever it begins within three bytes, without the characters that its neighbours share. */
const base64Forms = (value: string): readonly string[] =>
  [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    const whole = bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
    return [whole, whole.replaceAll('+', '-').replaceAll('/', '_')];
  });

/** Each form in which `value` may turn up in a text or in bytes. */
export const formsOf = (value: string): readonly string[] => [
  ...new Set([
    value,
    encodeURIComponent(value),
    encodeURIComponent(value).toLowerCase(),
    Buffer.from(value).toString('hex'),
    Buffer.from(value, 'utf16le').toString('latin1'),
    ...base64Forms(value),
  ]),
];

export interface Scanner {
  /** Notes what of the canaries is in there. */
  scan(where: string, content: Buffer | string): void;
  /** Scans every file below, apart from those that are named. @returns their names, relative. */
  scanFolder(folder: string, isExempt: (path: string) => boolean): readonly string[];
  readonly findings: readonly Finding[];
}

export const createScanner = (canaries: readonly Canary[]): Scanner => {
  const needles = canaries.flatMap(({ name, value }) => formsOf(value).map((form) => ({ name, form })));
  const findings: Finding[] = [];
  const scan = (where: string, content: Buffer | string): void => {
    const text =
      typeof content === 'string' ? Buffer.from(content, 'utf8').toString('latin1') : content.toString('latin1');
    const lower = text.toLowerCase();
    for (const { name, form } of needles) {
      const at = [text.indexOf(form), lower.indexOf(form)].find((index) => index >= 0);
      if (at !== undefined)
        findings.push({ canary: name, where, context: text.slice(Math.max(0, at - 160), at + form.length + 40) });
    }
  };
  return {
    scan,
    scanFolder: (folder, isExempt) => {
      const scanned: string[] = [];
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const path = relative(folder, join(entry.parentPath, entry.name));
        if (isExempt(path)) continue;
        // A name may tell as much as what is in it.
        scan(`the name ${path}`, path);
        if (!entry.isFile()) continue;
        scan(path, readFileSync(join(folder, path)));
        scanned.push(path);
      }
      return scanned;
    },
    findings,
  };
};
