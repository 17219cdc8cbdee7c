import { groupsOf } from '@agent-claw/core';
import type { OutgoingFile, RenderedPart, ReplyRenderer, SendOptions } from '@agent-claw/core';
import { unsentText } from './failure-text.ts';
import { sendPart } from './send-part.ts';
import type { Delivery, Outbox } from './outbox.ts';

/**
 * Sends a turn's files, each message through the ledger under a key of its own: `m0`, `m1` … in the order in which they
 * stand in the chat, what does not fit below a file among them, and an album as one. An album that is refused as such is
 * sent file by file (`m0-0`, `m0-1` …), and in the place of a file that cannot be sent stands a line that says so.
 * @returns how the last one went; the first that cannot be delivered at all ends it.
 */
export const deliverFiles = (
  outbox: Outbox,
  renderer: ReplyRenderer,
  files: readonly OutgoingFile[],
  first: SendOptions,
): Promise<Sent> => {
  const messages = groupsOf(files).flatMap((group) =>
    renderer.files(group).map((part, index) => ({ part, group: index === 0 ? group : [] })),
  );
  return oneByOne(messages, first, ({ part, group }, index, options) =>
    sendGroup(outbox, renderer, `m${index}`, part, group, options),
  );
};

/** Doubtful when two tries of any message in it had no answer. */
type Sent = Delivery & { readonly isDoubtful?: true };

const oneByOne = async <T>(
  all: readonly T[],
  first: SendOptions,
  send: (one: T, index: number, options: SendOptions) => Promise<Sent>,
): Promise<Sent> => {
  let isDoubtful = false;
  let last: Sent = { kind: 'delivered' };
  for (const [index, one] of all.entries()) {
    last = await send(one, index, index === 0 ? first : { silent: true });
    if (last.kind !== 'delivered') return last;
    isDoubtful ||= last.isDoubtful === true || last.messageId === undefined;
  }
  return isDoubtful ? { ...last, isDoubtful } : last;
};

const sendGroup = async (
  outbox: Outbox,
  renderer: ReplyRenderer,
  key: string,
  part: RenderedPart,
  group: readonly OutgoingFile[],
  options: SendOptions,
): Promise<Sent> => {
  const sent = await sendPart(outbox, key, part, options, Math.max(1, group.length));
  const [file, ...others] = group;
  if (sent.kind !== 'undeliverable' || sent.isFile !== true || file === undefined) return sent;
  outbox.log.warn('file_refused', { part: key, files: group.length });
  if (others.length === 0) {
    const [line] = renderer.final(unsentText(file.name, sent.reason));
    return line === undefined ? { kind: 'delivered' } : sendPart(outbox, key, line, options);
  }
  return oneByOne(group, options, (one, index, silence) =>
    sendGroup(outbox, renderer, `${key}-${index}`, renderer.files([one])[0], [one], silence),
  );
};
