import { consentAbout } from './consent.ts';
import type { Consent } from './consent.ts';
import type { InboxEntry, Lane } from './lane.ts';
import { withSettings } from './lane-settings.ts';
import { closedCard, menusWith, resolvePress } from './menus.ts';
import type { LaneChange } from './ports/lane-store.ts';

/**
 * What a press decides about a call that waits, and what that changes in the lane; null for any other entry. It counts from the
 * moment of its arrival: who answers in time may have to wait for the end of a long turn.
 */
export const decisionOf = (
  { menus, settings }: Pick<Lane, 'menus' | 'settings'>,
  { kind, pressed, sender, sentAtEpochS }: InboxEntry,
  nowMs: number,
): { readonly consent: Consent; readonly change: LaneChange } | null => {
  if (kind !== 'button' || pressed === undefined) return null;
  const outcome = resolvePress(menus, pressed, sender.id, Math.min(nowMs, sentAtEpochS * 1000));
  if (outcome.kind !== 'chosen' || outcome.action.kind !== 'decide') return null;
  const { of, isAllowed, always } = outcome.action;
  const card = closedCard(outcome.card, outcomeText(isAllowed, always));
  return {
    consent: { of, isAllowed },
    change: {
      menus: menusWith(menus, pressed.messageId, card, nowMs),
      ...(always === undefined
        ? {}
        : { settings: withSettings(settings, { allowed: withRule(settings?.allowed, always) }) }),
    },
  };
};

const withRule = (allowed: readonly string[] = [], rule: string): readonly string[] => [...new Set([...allowed, rule])];

const outcomeText = (isAllowed: boolean, always: string | undefined): string => {
  if (!isAllowed) return '🚫 **Not allowed.**';
  return always === undefined
    ? '✅ **Allowed once.**'
    : `✅ **Always allowed in this chat:** ${consentAbout(always)}. /settings takes it back.`;
};
