import type { MessageView } from '../double-api.ts';

/** One line of the chat, top to bottom, with a key that stays the same while its message lives. */
export type MessageRow =
  | { readonly kind: 'date'; readonly key: string; readonly date: number }
  | { readonly kind: 'service'; readonly key: string; readonly message: MessageView }
  | {
      readonly kind: 'message';
      readonly key: string;
      /** More than one only for an album. */
      readonly messages: readonly [MessageView, ...MessageView[]];
      /** First and last of a run by one sender: they carry the name, the tail and the avatar. */
      readonly startsRun: boolean;
      readonly endsRun: boolean;
    };

const RUN_BREAK_S = 10 * 60;

/** Groups messages for drawing: a line per day, albums as one row, runs of one sender within ten minutes. */
export const messageRows = (
  messages: readonly MessageView[],
  dayOf: (epochS: number) => string,
): readonly MessageRow[] => {
  const blocks = albumBlocks(messages);
  return blocks.flatMap((block, index): MessageRow[] => {
    const [first] = block;
    const before = blocks[index - 1]?.at(-1);
    const after = blocks[index + 1]?.[0];
    const startsDay = before === undefined || dayOf(before.date) !== dayOf(first.date);
    const rows: MessageRow[] = startsDay ? [{ kind: 'date', key: `date-${dayOf(first.date)}`, date: first.date }] : [];
    if (first.service !== undefined)
      return [...rows, { kind: 'service', key: `message-${first.messageId}`, message: first }];
    const continues = (left: MessageView | undefined, right: MessageView | undefined): boolean =>
      left !== undefined &&
      right !== undefined &&
      left.service === undefined &&
      right.service === undefined &&
      left.from.id === right.from.id &&
      right.date - left.date < RUN_BREAK_S &&
      dayOf(left.date) === dayOf(right.date);
    rows.push({
      kind: 'message',
      key: `message-${first.messageId}`,
      messages: block,
      startsRun: !continues(before, first),
      endsRun: !continues(block.at(-1), after),
    });
    return rows;
  });
};

const albumBlocks = (messages: readonly MessageView[]): readonly [MessageView, ...MessageView[]][] => {
  const blocks: [MessageView, ...MessageView[]][] = [];
  for (const message of messages) {
    const open = blocks.at(-1);
    if (open !== undefined && message.albumId !== undefined && open[0].albumId === message.albumId) open.push(message);
    else blocks.push([message]);
  }
  return blocks;
};
