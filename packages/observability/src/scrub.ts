const tokens = [/bot\d+:[\w-]+/gu, /\d{6,}:[\w-]{30,}/gu];

/** Takes bot tokens out of a text, in URLs and on their own. The last line of defence: nothing logs a token on purpose. */
export const scrub = (text: string): string => tokens.reduce((left, token) => left.replace(token, '[token]'), text);
