/** One workspace file as found for the prompt: its text, or why there is none. */
export interface PromptFile {
  readonly name: string;
  readonly content: string | null;
}

interface PromptFileRule {
  readonly name: string;
  readonly maxChars: number;
  /** Named in the prompt when it is missing, so that the model does not invent it. */
  readonly required: boolean;
  readonly privateOnly: boolean;
}

const FILE_MAX_CHARS = 20_000;
const USER_MAX_CHARS = 4_000;
const TOTAL_MAX_CHARS = 60_000;
/** With less room than this the rest is left out: a few characters of a file mislead more than none. */
const MIN_USEFUL_CHARS = 64;

const rules: readonly PromptFileRule[] = [
  { name: 'AGENTS.md', maxChars: FILE_MAX_CHARS, required: true, privateOnly: false },
  { name: 'SOUL.md', maxChars: FILE_MAX_CHARS, required: true, privateOnly: false },
  { name: 'IDENTITY.md', maxChars: FILE_MAX_CHARS, required: true, privateOnly: false },
  { name: 'USER.md', maxChars: USER_MAX_CHARS, required: false, privateOnly: true },
  { name: 'BOOTSTRAP.md', maxChars: FILE_MAX_CHARS, required: false, privateOnly: true },
  { name: 'MEMORY.md', maxChars: FILE_MAX_CHARS, required: false, privateOnly: true },
];

/** The files that a turn reads into its prompt, in order. MEMORY.md and USER.md are read in the owner's private lane only. */
export const promptFileNames = (privateLane: boolean): readonly string[] =>
  rules.filter((rule) => privateLane || !rule.privateOnly).map((rule) => rule.name);

/** Cuts between characters, never inside a surrogate pair. */
const safeCut = (text: string, at: number): number => {
  const code = text.charCodeAt(at - 1);
  return code >= 0xd8_00 && code <= 0xdb_ff ? at - 1 : at;
};

/** Keeps the head (75 %) and the tail (25 %) of a text that is too long, with a marker that names the file. */
export const truncateForPrompt = (name: string, content: string, maxChars: number): string => {
  if (content.length <= maxChars) return content;
  const marker = `\n\n[… the middle of ${name} is left out here (${content.length} characters in all): read the file for the rest …]\n\n`;
  const room = Math.max(0, maxChars - marker.length);
  const head = safeCut(content, Math.floor(room * 0.75));
  const tail = safeCut(content, content.length - (room - Math.floor(room * 0.75)));
  return `${content.slice(0, head)}${marker}${content.slice(tail)}`;
};

/**
 * Puts the workspace files into the prompt: fixed order, 20,000 characters a file (USER.md 4,000), 60,000 in all. Files
 * of a private nature are dropped outside the private lane even when the caller has read them.
 */
export const composePromptFiles = (files: readonly PromptFile[], privateLane: boolean): string => {
  const sections: string[] = [];
  let left = TOTAL_MAX_CHARS;
  for (const rule of rules) {
    if (rule.privateOnly && !privateLane) continue;
    const content = files.find((file) => file.name === rule.name)?.content ?? null;
    if (content === null) {
      if (rule.required) sections.push(`## ${rule.name}\n\n[${rule.name} is missing]`);
      continue;
    }
    const text = content.trim();
    if (text === '' || left < MIN_USEFUL_CHARS) continue;
    const kept = truncateForPrompt(rule.name, text, Math.min(rule.maxChars, left));
    left -= kept.length;
    sections.push(`## ${rule.name}\n\n${kept}`);
  }
  return sections.join('\n\n');
};
