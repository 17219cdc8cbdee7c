import { menusWith } from '@agent-claw/core';
import type { Keyboard, Menu, OpenCard, OpenMenu, ReplyRenderer } from '@agent-claw/core';
import { editMessage, sendPart } from '../delivery/send-part.ts';
import type { Delivery, Outbox } from '../delivery/outbox.ts';

export interface MenuDeps {
  readonly renderer: ReplyRenderer;
  /** 128 random bits or more, in at most 38 letters of `A-Za-z0-9_-`. */
  readonly newNonce: () => string;
}

type Edited = Awaited<ReturnType<typeof editMessage>>;

export interface Showing {
  /** A nonce for a first showing; a repeated one has the nonce that the ledger names. */
  readonly newNonce: () => string;
  /** What the lane is to know of it. */
  readonly openAs: (nonce: string) => OpenMenu | OpenCard;
  readonly replyToMessageId?: number | undefined;
}

/** Sends a message with buttons. What they do is stored under the message in the write that notes its number. */
export const sendButtons = async (
  { renderer }: MenuDeps,
  outbox: Outbox,
  key: string,
  menu: Menu<unknown>,
  { newNonce, openAs, replyToMessageId }: Showing,
): Promise<Delivery> => {
  const { keeper, ledger, clock } = outbox;
  const before = ledger.get(key);
  const nonce = before?.nonce ?? newNonce();
  const [part] = renderer.final(menu.markdown);
  if (part === undefined) return { kind: 'delivered' };
  const keyboard = keyboardOf(menu, nonce);
  const open = openAs(nonce);
  ledger.prepare(key, nonce, (messageId) => ({ menus: menusWith(keeper.lane().menus, messageId, open, clock.now()) }));
  const options = replyToMessageId === undefined ? {} : { replyToMessageId };
  const delivery = await sendPart(outbox, key, part, { ...options, keyboard });
  // Looking for a message in the chat takes its buttons away.
  const isFound = before?.state === 'sending' && delivery.kind === 'delivered' && delivery.messageId !== undefined;
  if (!isFound) return delivery;
  const edited = await editMessage(outbox, delivery.messageId, part, { keyboard });
  return isDone(edited) ? delivery : edited;
};

/** Puts the menu in the place of what the message shows. May be repeated. */
export const drawButtons = async (
  { renderer }: MenuDeps,
  outbox: Outbox,
  messageId: number,
  menu: Menu<unknown>,
  nonce?: string,
): Promise<Edited> => {
  const [part] = renderer.final(menu.markdown);
  if (part === undefined) return { kind: 'gone' };
  const hasButtons = nonce !== undefined && menu.rows.length > 0;
  return await editMessage(outbox, messageId, part, hasButtons ? { keyboard: keyboardOf(menu, nonce) } : {});
};

/** A message that is gone, or that may not be changed any more, is over like one that was changed. */
export const isDone = (edited: Edited): edited is Extract<Edited, { kind: 'delivered' | 'gone' | 'undeliverable' }> =>
  edited.kind === 'delivered' || edited.kind === 'gone' || edited.kind === 'undeliverable';

const keyboardOf = ({ rows }: Menu<unknown>, nonce: string): Keyboard => {
  const all = rows.flat();
  return rows.map((row) => row.map((button) => ({ label: button.label, nonce, index: all.indexOf(button) })));
};
