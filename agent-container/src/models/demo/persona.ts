type Files = Readonly<Record<string, string>>;

const withoutComments = (text: string | undefined): string => (text ?? '').replace(/<!--[\s\S]*?-->/gu, '');

const ownName = (soul: string): string | undefined =>
  /\b(?:[Yy]our name is|[Yy]ou are called|[Yy]ou are)\s+(?!a\b|an\b|the\b|my\b|not\b)(\p{Lu}[\p{L}'-]+)/u.exec(
    soul,
  )?.[1];

/** The name in IDENTITY.md, or the one that SOUL.md gives. */
export const nameOf = (files: Files): string => {
  const soul = withoutComments(files['SOUL.md']);
  const fromSoul = ownName(soul);
  const fromIdentity = /^\s*-\s*Name:\s*(\S.*)$/imu.exec(withoutComments(files['IDENTITY.md']))?.[1]?.trim();
  return fromSoul ?? fromIdentity ?? 'agent-claw';
};

const styles: readonly (readonly [RegExp, (text: string, files: Files) => string])[] = [
  [/\bpirate\b/iu, (text) => `Arr! ${text} ⚓`],
  [
    /\b(?:shout|upper ?case|all caps)\b/iu,
    (text) =>
      text.replace(
        /(```[\s\S]*?```)|([^`]+)/gu,
        (_, code: string | undefined, words: string | undefined) => code ?? (words ?? '').toUpperCase(),
      ),
  ],
  [/\b(?:formal|butler|polite)\b/iu, (text) => `Certainly. ${text}`],
  [/\b(?:cheerful|enthusiastic|bubbly)\b/iu, (text) => `${text} 🎉`],
  [/\b(?:poet|poetic|rhyme)\b/iu, (text) => `🌿 ${text}\n\n— softly, as a poem would`],
  [/\brobot(?:ic)?\b/iu, (text) => `BEEP. ${text} BOOP.`],
  [/\bgrumpy\b/iu, (text) => `Hmpf. ${text}`],
];

const quotedForm = /["“`]([^"“”`\n]+)["”`]|(?<!\w)'([^'\n]+)'(?!\w)/u;
const plainForm =
  /\b(?:with|as|by saying)\s*:?\s*(?:the (?:words?|phrase|sentence|emoji|line)\s*)?:?\s*([^\n]+?)[.!]?\s*$/iu;
const everyReply = /\b(?:every|each|all|always|your)\b.*\b(?:repl(?:y|ies)|answers?|messages?|responses?)\b/iu;
const always = /\b(?:every|each|all|always)\b/iu;
const atStart = /\b(?:start|begin|open|greet)(?:s|ing)?\b/iu;
const atEnd = /\b(?:end|finish|close|conclude|sign|add|append|include|mention|say|use)(?:s|es|ing)?\b/iu;

interface Wanted {
  readonly side: 'start' | 'end';
  readonly words: string;
}

/** Words that rules in SOUL.md want in every answer. */
const wanted = (soul: string): readonly Wanted[] =>
  soul.split('\n').flatMap((line): Wanted[] => {
    const quoted = quotedForm.exec(line);
    const words = always.test(line) || everyReply.test(line) ? (quoted?.[1] ?? quoted?.[2]) : undefined;
    const found = words ?? (everyReply.test(line) ? plainForm.exec(line)?.[1] : undefined);
    if (found === undefined) return [];
    if (atStart.test(line)) return [{ side: 'start', words: found.trim() }];
    return atEnd.test(line) ? [{ side: 'end', words: found.trim() }] : [];
  });

/**
 * Lets SOUL.md and IDENTITY.md show in an answer, as far as fixed rules can follow them: words to begin or end with,
 * a few known manners, and the name as a signature once a manner is asked for.
 */
export const inCharacter = (text: string, files: Files): string => {
  const soul = withoutComments(files['SOUL.md']);
  const styled = styles.reduce((spoken, [asked, speak]) => (asked.test(soul) ? speak(spoken, files) : spoken), text);
  const rules = wanted(soul);
  const first = rules.filter((rule) => rule.side === 'start').map((rule) => `${rule.words} `);
  const last = rules.filter((rule) => rule.side === 'end').map((rule) => `\n\n${rule.words}`);
  const signature = last.length === 0 && ownName(soul) !== undefined ? [`\n\n— ${nameOf(files)}`] : [];
  return [...first, styled, ...last, ...signature].join('');
};
