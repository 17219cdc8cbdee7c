/**
 * A name with an ending that is a top-level domain too: Telegram turns it into a link, to a site of whoever has bought that.
 * A text split by it has a name as every second piece.
 */
export const fileName =
  /(?<![\p{L}\p{N}_@/:.\\-])(?!www\.)((?:[\p{L}\p{N}_-]+\/)*[\p{L}\p{N}_-][\p{L}\p{N}_.-]*\.(?:md|py|sh|zip|mov))(?![\p{L}\p{N}_@/-]|[.?#][\p{L}\p{N}_])/iu;

/** So many names of a reply are marked: a listing of a folder must not use up the 100 entities of its message. */
export const MARKED_FILE_NAMES = 40;
