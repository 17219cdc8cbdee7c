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
export const deliverFiles = async (
  outbox: Outbox,
  renderer: ReplyRenderer,
  files: readonly OutgoingFile[],
  first: SendOptions,
): Promise<Delivery & { readonly isDoubtful?: true }> => {
  const messages = groupsOf(files).flatMap((group) =>
    renderer.files(group).map((part, index) => ({ part, group: index === 0 ? group : [] })),
  );
  let isDoubtful = false;
  let last: Delivery = { kind: 'delivered' };
  for (const [index, { part, group }] of messages.entries()) {
    const options = index === 0 ? first : { silent: true };
    last = await sendGroup(outbox, renderer, `m${index}`, part, group, options);
    if (last.kind !== 'delivered') return last;
    isDoubtful ||= last.messageId === undefined;
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
): Promise<Delivery> => {
  const sent = await sendPart(outbox, key, part, options, Math.max(1, group.length));
  const [file, ...others] = group;
  if (sent.kind !== 'undeliverable' || sent.isFile !== true || file === undefined) return sent;
  outbox.log.warn('file_refused', { part: key, files: group.length });
  if (others.length === 0) {
    const [line] = renderer.final(unsentText(file.name, sent.reason));
    return line === undefined ? { kind: 'delivered' } : sendPart(outbox, key, line, options);
  }
  let last: Delivery = sent;
  for (const [index, one] of group.entries()) {
    const silence = index === 0 ? options : { silent: true };
    last = await sendGroup(outbox, renderer, `${key}-${index}`, renderer.files([one])[0], [one], silence);
    if (last.kind !== 'delivered') return last;
  }
  return last;
};
