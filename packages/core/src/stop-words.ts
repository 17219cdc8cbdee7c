/**
 * Whole messages that mean "stop" without a slash, as OpenClaw's users know them, in the languages they write.
 * Only the whole message counts: "stop words in Python" is a question.
 */
const STOP_WORDS: ReadonlySet<string> = new Set(
  [
    [
      'stop',
      'esc',
      'abort',
      'exit',
      'halt',
      'interrupt',
      'cancel',
      'please stop',
      'stop please',
      'stop action',
      'stop run',
      'stop it',
    ],
    ['stopp', 'halt', 'anhalten', 'abbrechen', 'bitte stopp', 'hör auf'],
    ['arrête', 'arrete', 'arrêter', 'arrête-toi', 'annuler'],
    ['para', 'parar', 'detente', 'detén', 'alto', 'cancelar', 'pare'],
    ['ferma', 'fermati', 'basta', 'annulla'],
    ['стоп', 'остановись', 'хватит', 'отмена'],
    ['停', '停止', '停下', '取消', '止めて', 'やめて', 'ストップ', '中止', '그만', '멈춰', '중지'],
    ['रुको', 'बंद करो', 'توقف', 'قف', 'إلغاء', 'dur', 'durdur', 'iptal'],
  ].flat(),
);

const normalised = (text: string): string =>
  text
    .normalize('NFC')
    .trim()
    .toLowerCase()
    .replace(/[\s.!?…。！？,;:]+$/u, '')
    .replace(/\s+/gu, ' ');

/** True when the whole message is a stop word; case and trailing punctuation do not matter. */
export const isStopWord = (text: string): boolean => text.length <= 40 && STOP_WORDS.has(normalised(text));
