// Endings that are top-level domains too: Telegram turns each such name into a link, to a site of whoever has bought it.
const fileName =
  /(?<![\p{L}\p{N}_@/:.\\-])(?!www\.)(?:[\p{L}\p{N}_-]+\/)*[\p{L}\p{N}_-][\p{L}\p{N}_.-]*\.(?:md|py|sh|zip|mov)(?![\p{L}\p{N}_@/-]|[.?#][\p{L}\p{N}_])/giu;

/** So many names of a reply are marked: a listing of a folder must not use up the 100 entities of its message. */
export const MARKED_FILE_NAMES = 40;

/** The pieces of a text, in order: names of files that Telegram would make links of, and what is between them. */
export const withFileNames = (text: string): readonly { readonly text: string; readonly isFileName: boolean }[] => {
  const pieces: { text: string; isFileName: boolean }[] = [];
  let from = 0;
  for (const { index, 0: name } of text.matchAll(fileName)) {
    if (index > from) pieces.push({ text: text.slice(from, index), isFileName: false });
    pieces.push({ text: name, isFileName: true });
    from = index + name.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isFileName: false });
  return pieces;
};
