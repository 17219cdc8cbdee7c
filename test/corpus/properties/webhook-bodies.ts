interface Generator {
  readonly kind: string;
  readonly length?: number;
  readonly open?: string;
  readonly close?: string;
  readonly leaf?: string;
  readonly depth?: number;
  readonly count?: number;
}

const update = (owner: number, extra: string, text = 'hello', message = ''): string =>
  `{"update_id":700009999,"message":{"message_id":10,"from":{"id":${owner},"is_bot":false,"first_name":"Owner"},` +
  `"chat":{"id":${owner},"type":"private","first_name":"n"},"date":1763690000,"text":"${text}"${message}}${extra}}`;

const times = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join(',');

/** Makes a body that is too large to be written down. @throws Error for a kind that the corpus does not document. */
export const generateBody = (generator: Generator, owner: number): string => {
  const { kind, length = 0, open = '', close = '', leaf = '', depth = 0, count = 0 } = generator;
  switch (kind) {
    case 'text':
      return 'x'.repeat(length);
    case 'update-with-text':
      return update(owner, '', 'x'.repeat(length));
    case 'nest-in-unknown-field':
      return update(owner, `,"z":${open.repeat(depth)}${leaf}${close.repeat(depth)}`);
    case 'nest-reply': {
      const replied = `,"reply_to_message":{"message_id":9,"date":1763690000,"chat":{"id":${owner},"type":"private"},"text":"r"`;
      return update(owner, '', 'hello', replied.repeat(depth) + '}'.repeat(depth));
    }
    case 'many-keys':
      return update(owner, `,"z":{${times(count, (index) => `"k${index}":${index}`)}}`);
    case 'many-entities':
      return update(owner, '', 'hello', `,"entities":[${times(count, () => '{"type":"bold","offset":0,"length":1}')}]`);
    case 'digits-in-update-id':
      return update(owner, '').replace('700009999', '9'.repeat(count));
    default:
      throw new Error(`Unknown body generator "${kind}": teach it to test/corpus/properties/webhook-bodies.ts.`);
  }
};
