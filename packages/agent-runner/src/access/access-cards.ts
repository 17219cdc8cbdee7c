import { MENU_LASTS_MS } from '@agent-claw/core';
import type {
  Card,
  AccessList,
  AccessOrder,
  AccessRecord,
  ActivationOrder,
  AllowedGroup,
  CardAction,
  MenuButton,
  Person,
} from '@agent-claw/core';
import { day, knockText, named, noGuestText, tame } from './access-text.ts';
import { activationText, noGroupText } from './group-text.ts';

type Button = MenuButton<CardAction>;

const ordering = (label: string, order: AccessOrder | ActivationOrder, shows: 'outcome' | 'page' = 'page'): Button => ({
  label,
  action: { kind: 'order', order, shows },
});

/** What the desk says. With rows it is a card, usable until `expiresAtMs`. */
export interface DeskAnswer extends Partial<Pick<Card, 'rows' | 'expiresAtMs'>> {
  readonly markdown: string;
}

/** Asks the owner about somebody at the door, for as long as the door is open. Who no longer waits is only told about. */
export const knockCard = ({ pairing }: AccessRecord, person: Person, nowMs: number): DeskAnswer => {
  const markdown = knockText(person);
  const isWaiting = pairing?.pending[person.id] !== undefined && nowMs < pairing.openUntilMs;
  if (!isWaiting) return { markdown };
  const { id } = person;
  const choice = [
    ordering('Let in', { kind: 'allow', id }, 'outcome'),
    ordering('No', { kind: 'deny', id }, 'outcome'),
  ];
  return { markdown, rows: [choice], expiresAtMs: pairing.openUntilMs };
};

/** How many people and groups a page of /access shows: their names fit into one message, and their buttons onto a screen. */
const PAGE_SIZE = 10;

interface Line {
  readonly section: 'Guests' | 'Waiting for your word' | 'Groups';
  readonly text: string;
  readonly buttons: readonly Button[];
}

/** Who may talk to the bot, with a button beside each. A page that there is not is the last one. */
export const accessCard = (record: AccessRecord, access: AccessList, page: number, nowMs: number): DeskAnswer => {
  const lines = [...guestLines(record), ...waitingLines(record), ...groupLines(record)];
  const pages = Math.max(1, Math.ceil(lines.length / PAGE_SIZE));
  const at = Math.min(page, pages - 1);
  const shown = lines.slice(at * PAGE_SIZE, (at + 1) * PAGE_SIZE);
  const sections = (['Guests', 'Waiting for your word', 'Groups'] as const).flatMap((section) => {
    const texts = shown.filter((line) => line.section === section).map(({ text }) => `• ${text}`);
    return texts.length === 0 ? [] : [[`**${section}:**`, ...texts].join('\n')];
  });
  const hasGuests = Object.keys(record.guests).length > 0;
  const turning = [
    ...(at > 0 ? [ordering('‹ Back', { kind: 'list', page: at - 1 })] : []),
    ...(at < pages - 1 ? [ordering('More ›', { kind: 'list', page: at + 1 })] : []),
  ];
  return {
    markdown: [
      ownerText(record, access),
      ...(hasGuests ? [] : ['**Guests:** none']),
      ...sections,
      ...(pages > 1 ? [`Page ${at + 1} of ${pages}.`] : []),
      '/pair makes a code for somebody new.',
    ].join('\n\n'),
    rows: [...shown.map(({ buttons }) => buttons), ...(turning.length === 0 ? [] : [turning])],
    expiresAtMs: nowMs + MENU_LASTS_MS,
  };
};

/** Asks the owner once more, by name: two people may call themselves the same. */
export const confirmCard = (
  { guests, groups }: AccessRecord,
  { what, id }: Extract<AccessOrder, { kind: 'confirm' }>,
  nowMs: number,
): DeskAnswer => {
  const name = what === 'revoke' ? guests[id]?.name : groups[id]?.title;
  if (name === undefined) return { markdown: what === 'revoke' ? noGuestText(id) : noGroupText(id) };
  const who = named({ id, name });
  const question =
    what === 'revoke'
      ? `Revoke ${who}? What I still owe them is dropped.`
      : `Leave the group ${who}? Only somebody there can bring me back.`;
  return {
    markdown: question,
    rows: [
      [
        ordering(what === 'revoke' ? 'Yes, revoke' : 'Yes, leave', { kind: what, id }),
        ordering('No', { kind: 'list' }),
      ],
    ],
    expiresAtMs: nowMs + MENU_LASTS_MS,
  };
};

/** When the bot answers in a group, and the other choice. */
export const activationCard = (
  activation: AllowedGroup['activation'],
  botUsername: string,
  nowMs: number,
): DeskAnswer => ({
  markdown: activationText(activation, botUsername),
  rows: [
    [
      activation === 'always'
        ? ordering('Answer only when called', { kind: 'activation', activation: 'mention' })
        : ordering('Answer everything', { kind: 'activation', activation: 'always' }),
    ],
  ],
  expiresAtMs: nowMs + MENU_LASTS_MS,
});

const guestLines = ({ guests }: AccessRecord): readonly Line[] =>
  Object.entries(guests).map(([id, { name, sinceMs }]) => ({
    section: 'Guests',
    text: `${named({ id, name })} since ${day(sinceMs)}`,
    buttons: [ordering(`Revoke ${short({ id, name })}`, { kind: 'confirm', what: 'revoke', id })],
  }));

const waitingLines = ({ pairing }: AccessRecord): readonly Line[] =>
  Object.entries(pairing?.pending ?? {}).map(([id, { name }]) => ({
    section: 'Waiting for your word',
    text: named({ id, name }),
    buttons: [ordering(`Let in ${short({ id, name })}`, { kind: 'allow', id }), ordering('No', { kind: 'deny', id })],
  }));

const groupLines = ({ groups }: AccessRecord): readonly Line[] =>
  Object.entries(groups).map(([id, { title, sinceMs, activation }]) => ({
    section: 'Groups',
    text: `${named({ id, name: title })} since ${day(sinceMs)}${activation === 'always' ? ', always active' : ''}`,
    buttons: [ordering(`Leave ${short({ id, name: title })}`, { kind: 'confirm', what: 'leave', id })],
  }));

const ownerText = ({ owner }: AccessRecord, { ownerId, ownerSinceMs }: AccessList): string =>
  ownerSinceMs !== undefined && owner !== undefined
    ? `**Owner:** ${named(owner)} since ${day(owner.claimedAtMs)}`
    : `**Owner:** \`${ownerId}\`, as the deployment says`;

const LABEL_CHARS = 24;

/** A name on a button: nothing in it is formatting there, but it could be long or turn the label around. */
const short = ({ id, name }: Person): string => {
  const chars = Array.from(tame(name));
  if (chars.length === 0) return id;
  return chars.length > LABEL_CHARS ? `${chars.slice(0, LABEL_CHARS - 1).join('')}…` : chars.join('');
};
