type Files = Readonly<Record<string, string>>;

const withoutComments = (text: string | undefined): string => (text ?? '').replace(/<!--[\s\S]*?-->/gu, '');

/** The name in IDENTITY.md, or the one that SOUL.md gives. */
export const nameOf = (files: Files): string => {
  const soul = withoutComments(files['SOUL.md']);
  const fromSoul = /\b(?:your name is|you are called|you are)\s+(?!a\b|an\b|the\b|my\b|not\b)(\p{Lu}[\p{L}'-]+)/u.exec(
    soul,
  )?.[1];
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

const unquoted = (text: string): string =>
  text
    .trim()
    .replace(/^["“'`]([\s\S]*)["”'`]\.?$/u, '$1')
    .replace(/\.$/u, '');
const edge = (soul: string, verbs: string): string | null => {
  const form = new RegExp(
    `\\b(?:${verbs})\\b[^.\\n]*?\\b(?:repl(?:y|ies)|answers?|messages?|responses?|everything)\\b(?: you \\w+)?\\s*(?:with|as|by(?: saying)?|:)\\s*(?:the (?:word|words|phrase|sentence|emoji|line)\\s*)?:?\\s*([^\\n]+)`,
    'iu',
  );
  const words = form.exec(soul)?.[1];
  return words === undefined ? null : unquoted(words.replace(/^(["“'`])(.*?)(["”'`]).*$/u, '$2'));
};

/**
 * Lets SOUL.md and IDENTITY.md show in an answer, as far as fixed rules can follow them: words to begin or end with,
 * a few known manners, and the name as a signature once a manner is asked for.
 */
export const inCharacter = (text: string, files: Files): string => {
  const soul = withoutComments(files['SOUL.md']);
  const styled = styles.reduce((spoken, [asked, speak]) => (asked.test(soul) ? speak(spoken, files) : spoken), text);
  const first = edge(soul, 'start|begin|open');
  const last = edge(soul, 'end|finish|close|sign');
  const own = /\b(?:your name is|you are called|you are)\s+(?!a\b|an\b|the\b|my\b|not\b)\p{Lu}/u.test(soul);
  return `${first === null ? '' : `${first} `}${styled}${last === null ? '' : `\n\n${last}`}${own && last === null ? `\n\n— ${nameOf(files)}` : ''}`;
};
