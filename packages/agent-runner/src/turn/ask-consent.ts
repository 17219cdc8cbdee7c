import { CARD_MAX_CHARS, CONSENT_LASTS_MS, consentAbout, takenBy } from '@agent-claw/core';
import type { ActiveTurn, Ask, Card } from '@agent-claw/core';
import { deliverReply, tellDoubt, tidyPlaceholder } from '../delivery/deliver-reply.ts';
import type { Reply } from '../delivery/deliver-reply.ts';
import { EDIT_PREFIX, findPlaceholder } from '../delivery/find-sent.ts';
import type { MenuDeps } from '../cards/menu-message.ts';
import { sendPart } from '../delivery/send-part.ts';
import type { Delivery, Outbox } from '../delivery/outbox.ts';
import { drawCard, sendCard } from '../cards/show-card.ts';

/** Arguments whose block is longer than this come as a file: a card shows them whole or not at all. */
const SHOWN_BLOCK_CHARS = CARD_MAX_CHARS - 800;

/**
 * Says what the turn has said so far, and asks for consent to the call that it waits with. The card is a message of its own,
 * so that the phone rings.
 */
export const askConsent = async (
  deps: MenuDeps,
  outbox: Outbox,
  turn: ActiveTurn,
  reply: Reply,
  ask: Ask,
): Promise<Delivery> => {
  const isSilent = reply.markdown === '' && (reply.files ?? []).length === 0;
  const said = isSilent ? await withoutDraft(outbox) : await deliverReply(outbox, deps.renderer, reply);
  if (said.kind !== 'delivered') return said;
  const input = visible(JSON.stringify(JSON.parse(ask.input), null, 2));
  const block = fenced(input);
  const file = block.length > SHOWN_BLOCK_CHARS ? { name: `${ask.tool}.json`, content: input } : null;
  if (file !== null) {
    const written = await sendPart(outbox, 'a0', deps.renderer.document(file, 'What I would call it with'), {
      silent: true,
    });
    if (written.kind !== 'delivered') return written;
  }
  const asked = takenBy(outbox.keeper.lane(), turn).at(-1)?.sender.id ?? '';
  const shown = file === null ? block : `With the ${input.length} characters in the file above.`;
  const card = consentCard(turn, ask, shown, asked, outbox.clock.now());
  const sent = await sendCard(deps, outbox, 'a1', card, outbox.quoted);
  // Of a card without a number the lane knows nothing: should it have arrived after all, its buttons do nothing.
  return sent.kind === 'delivered' && sent.messageId === undefined ? tellDoubt(outbox, deps.renderer) : sent;
};

/** Nothing was said: a placeholder has shown nothing but the tools at work. */
const withoutDraft = async (outbox: Outbox): Promise<Delivery> => {
  const found = await findPlaceholder(outbox);
  if (found.kind !== 'none' && found.kind !== 'undeliverable' && found.kind !== 'delivered') return found;
  return (await tidyPlaceholder(outbox, undefined)) ?? { kind: 'delivered' };
};

const consentCard = (
  { id: of }: ActiveTurn,
  { tool, rule }: Ask,
  shown: string,
  userId: string,
  nowMs: number,
): Card => ({
  markdown: [
    `**May I call \`${tool}\`?**`,
    shown,
    `_I ask before ${consentAbout(rule)}. Without an answer within ${CONSENT_LASTS_MS / 60_000} minutes it is a no._`,
  ].join('\n\n'),
  rows: [
    [
      { label: 'Allow once', action: { kind: 'decide', of, isAllowed: true } },
      { label: 'Deny', action: { kind: 'decide', of, isAllowed: false } },
    ],
    [{ label: 'Always allow in this chat', action: { kind: 'decide', of, isAllowed: true, always: rule } }],
  ],
  userId,
  expiresAtMs: nowMs + CONSENT_LASTS_MS,
});

/** What makes an emoji of several characters: one that is seen. */
const IN_EMOJI =
  /(?<=\p{Extended_Pictographic})\uFE0F|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})/u;
/** What turns a line around, cannot be seen, or is deleted by the channel: nobody could consent to it. */
const HIDDEN = new RegExp(
  String.raw`(?!${IN_EMOJI.source})[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\x7F-\x9F\u030A\u0333\u033F\u2800]`,
  'gu',
);

/** The same JSON, with hidden characters written out. */
const visible = (json: string): string =>
  json.replace(HIDDEN, (hidden) =>
    hidden
      .split('')
      .map((unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );

/** The fence is longer than any run of backticks inside, so that the arguments cannot end it and speak for the bot. */
const fenced = (json: string): string => {
  const longest = Math.max(2, ...[...json.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}json\n${json}\n${fence}`;
};

/** Shows on the card what was decided, once. A courtesy: the decision is in the lane, and the answer follows. */
export const showDecision = async (deps: MenuDeps, outbox: Outbox, turn: ActiveTurn): Promise<void> => {
  if (turn.consent === undefined) return;
  try {
    for (const { id, pressed } of takenBy(outbox.keeper.lane(), turn)) {
      const key = `${EDIT_PREFIX}${id}`;
      if (pressed !== undefined && outbox.ledger.get(key)?.state !== 'sent')
        await drawCard(deps, outbox, key, pressed.messageId);
    }
  } catch (error) {
    outbox.log.error('card_left_open', error);
  }
};
