import type { DraftView, MessageView, PersonView } from '../double-api.ts';
import { element, icon, iconButton } from './element.ts';
import { keyboardView } from './keyboard-view.ts';
import { albumView, locationView, mediaView } from './media-view.ts';
import { openMessageMenu } from './message-menu.ts';
import type { MessageRow } from './message-rows.ts';
import type { PageActions } from './page-actions.ts';
import { personFace, tintClass } from './person-face.ts';
import { oneLine } from './rich-text.ts';
import { richTextView, type OpenedMarks, type RichTextActions } from './rich-text-view.ts';
import { clockTime } from './show-time.ts';

/** What drawing a message needs besides the message. */
export interface MessageSurroundings {
  readonly me: PersonView;
  readonly inGroup: boolean;
  readonly actions: PageActions;
  readonly opened: OpenedMarks;
  readonly goTo: (messageId: number) => void;
}

type MessageGroupRow = Extract<MessageRow, { kind: 'message' }>;

/** Draws one message, or one album, as a bubble with its keyboard below. */
export const messageView = (row: MessageGroupRow, around: MessageSurroundings): HTMLElement => {
  const [first] = row.messages;
  const worded = row.messages.find((message) => message.text !== '') ?? first;
  const own = first.from.id === around.me.id;
  const edited = row.messages.some((message) => message.editDate !== undefined);
  const showsName = around.inGroup && !own && row.startsRun;
  const bubble = element(
    'div',
    { class: `bubble${bareMedia(row) ? ' bare' : ''}${worded.text === '' ? ' wordless' : ''}` },
    showsName ? element('div', { class: `sender ${tintClass(first.from.id)}`, dir: 'auto' }, first.from.name) : null,
    first.forwardedFrom === undefined
      ? null
      : element('div', { class: 'forwarded' }, `Forwarded from ${first.forwardedFrom}`),
    replyQuote(first, around),
    ...mediaOf(row),
    worded.text === '' ? null : textOf(worded, around),
    footer(worded, own, edited, around),
    reactionsOf(first, around),
  );
  const view = element(
    'article',
    {
      class: ['row', own ? 'own' : 'other', row.startsRun ? 'starts' : '', row.endsRun ? 'ends' : '']
        .filter(Boolean)
        .join(' '),
      'aria-label': `${own ? 'You' : first.from.name}, ${clockTime(first.date)}`,
      data: {
        testid: 'message',
        messageId: String(first.messageId),
        from: first.from.isBot ? 'bot' : 'user',
        edited: String(edited),
      },
    },
    around.inGroup && !own
      ? element('div', { class: 'row-face' }, row.endsRun ? personFace(first.from.id, first.from.name) : null)
      : null,
    element('div', { class: 'stack' }, bubble, first.buttons.length === 0 ? null : keyboardView(first, around.actions)),
    iconButton('more', 'Message actions', (event) => openMessageMenu(worded, row.messages, own, around, event), {
      class: 'row-menu',
    }),
  );
  bubble.addEventListener('contextmenu', (event) => {
    if (event.target instanceof Element && event.target.closest('a, img') !== null) return;
    event.preventDefault();
    openMessageMenu(worded, row.messages, own, around, event);
  });
  return view;
};

/** Draws a text that the bot is still writing and that is not yet a message. */
export const draftView = (draft: DraftView, around: MessageSurroundings): HTMLElement => {
  const words =
    draft.text === ''
      ? [element('span', { class: 'thinking' }, 'Thinking…')]
      : richTextView(draft.text, draft.entities, around.opened, textActions(around.actions));
  const stop = element(
    'button',
    { type: 'button', class: 'draft-stop', on: { click: () => around.actions.stopDraft(draft) } },
    'Stop',
  );
  return element(
    'article',
    { class: 'row other draft starts ends', 'aria-label': `${draft.from.name} is writing`, data: { testid: 'draft' } },
    element(
      'div',
      { class: 'stack' },
      element(
        'div',
        { class: 'bubble' },
        element('div', { class: 'text', dir: 'auto' }, ...words, element('span', { class: 'caret' })),
        draft.canStop ? stop : null,
      ),
    ),
  );
};

const textActions = (actions: PageActions): RichTextActions => ({
  sendCommand: (command) => void actions.send(command, null),
  mention: (name) => actions.insert(`${name} `),
  copy: actions.copy,
});

const mediaOf = (row: MessageGroupRow): HTMLElement[] => {
  const [first] = row.messages;
  if (row.messages.length > 1) return [albumView(row.messages)];
  if (first.location !== undefined) return [locationView(first.location)];
  return first.media === undefined ? [] : [mediaView(first.media)];
};

const bareMedia = (row: MessageGroupRow): boolean => row.messages[0].media?.kind === 'sticker';

const textOf = (message: MessageView, around: MessageSurroundings): HTMLElement =>
  element(
    'div',
    {
      class: emojiOnly(message.text) && message.media === undefined ? 'text big-emoji' : 'text',
      dir: 'auto',
      data: { testid: 'message-text' },
    },
    ...richTextView(message.text, message.entities, around.opened, textActions(around.actions)),
  );

const emojiOnly = (text: string): boolean => /^(?:\p{RGI_Emoji}){1,3}$/v.test(text);

const footer = (message: MessageView, own: boolean, edited: boolean, around: MessageSurroundings): HTMLElement =>
  element(
    'span',
    { class: 'footer' },
    message.pinned ? icon('pin') : null,
    message.silent && !own && around.inGroup ? icon('bell') : null,
    edited ? element('span', { class: 'edited' }, 'edited') : null,
    element('time', { datetime: new Date(message.date * 1000).toISOString() }, clockTime(message.date)),
    own ? icon('check') : null,
  );

const replyQuote = ({ replyTo }: MessageView, around: MessageSurroundings): HTMLElement | null =>
  replyTo === undefined
    ? null
    : element(
        'button',
        {
          type: 'button',
          class: 'reply-quote',
          'aria-label': `In reply to ${replyTo.name}`,
          on: { click: () => around.goTo(replyTo.messageId) },
        },
        element('span', { class: 'reply-name', dir: 'auto' }, replyTo.name),
        element('span', { class: 'reply-text', dir: 'auto' }, oneLine(replyTo.text) || 'Message'),
      );

const reactionsOf = (message: MessageView, { me, actions }: MessageSurroundings): HTMLElement | null => {
  if (message.reactions.length === 0) return null;
  const chips = message.reactions.map(({ emoji, userIds }) => {
    const mine = userIds.includes(me.id);
    return element(
      'button',
      {
        type: 'button',
        class: mine ? 'reaction mine' : 'reaction',
        'aria-pressed': String(mine),
        'aria-label': `${emoji}, ${userIds.length}`,
        on: { click: () => actions.react(message, mine ? null : emoji) },
      },
      element('span', {}, emoji),
      element('span', { class: 'reaction-count' }, String(userIds.length)),
    );
  });
  return element('div', { class: 'reactions' }, ...chips);
};
