import { arrangeChildren, element, icon } from './element.ts';
import { messageRows, type MessageRow } from './message-rows.ts';
import { draftView, messageView } from './message-view.ts';
import type { PageActions } from './page-actions.ts';
import { placeKey, type PageState } from './page-state.ts';
import type { OpenedMarks } from './rich-text-view.ts';
import { dayKey, dayTitle } from './show-time.ts';

const NEAR_BOTTOM_PX = 80;
const NEAR_TOP_PX = 120;

/** The messages of the open place: redraws only what changed, stays at the bottom when it was there, else where it was. */
export const createMessagesPane = (actions: PageActions, nowMs: () => number) => {
  const list = element('div', { class: 'messages-list' });
  const scroller = element(
    'div',
    {
      class: 'messages',
      role: 'log',
      'aria-label': 'Messages',
      'aria-live': 'polite',
      tabindex: '0',
      data: { testid: 'messages' },
    },
    list,
  );
  const unseen = element('span', { class: 'badge' });
  const toBottom = element(
    'button',
    { type: 'button', class: 'to-bottom', 'aria-label': 'Go to the newest message' },
    icon('down'),
    unseen,
  );
  const view = element('div', { class: 'messages-frame' }, scroller, toBottom);

  const drawn = new Map<string, { readonly signature: readonly unknown[]; readonly view: HTMLElement }>();
  const opened = new Map<string, OpenedMarks>();
  const shown = { place: '', sticksToBottom: true, newest: 0, unseen: 0, top: 0 };

  const goToBottom = (): void => {
    scroller.scrollTop = scroller.scrollHeight;
  };
  const goTo = (messageId: number): void => {
    const target = list.querySelector<HTMLElement>(`[data-message-id="${messageId}"]`);
    if (target === null) return;
    target.scrollIntoView({ block: 'center' });
    target.classList.remove('found');
    requestAnimationFrame(() => target.classList.add('found'));
  };
  const showToBottom = (): void => {
    toBottom.classList.toggle('visible', !shown.sticksToBottom);
    toBottom.tabIndex = shown.sticksToBottom ? -1 : 0;
    unseen.textContent = shown.unseen > 0 ? String(shown.unseen) : '';
  };
  toBottom.addEventListener('click', () => {
    shown.sticksToBottom = true;
    goToBottom();
  });
  scroller.addEventListener('scroll', () => {
    const isNear = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM_PX;
    // Only a move upwards leaves the bottom: a picture that grows before this event arrives must not.
    if (isNear) shown.sticksToBottom = true;
    else if (scroller.scrollTop < shown.top) shown.sticksToBottom = false;
    shown.top = scroller.scrollTop;
    if (shown.sticksToBottom) shown.unseen = 0;
    showToBottom();
    if (scroller.scrollTop < NEAR_TOP_PX) actions.loadEarlier();
  });
  // Pictures get their height after they are drawn, and the composer grows while it is typed in.
  const keepAtBottom = new ResizeObserver(() => shown.sticksToBottom && goToBottom());
  keepAtBottom.observe(list);
  keepAtBottom.observe(scroller);

  const reuse = (key: string, signature: readonly unknown[], draw: () => HTMLElement): HTMLElement => {
    const known = drawn.get(key);
    if (
      known !== undefined &&
      known.signature.length === signature.length &&
      known.signature.every((part, at) => part === signature[at])
    )
      return known.view;
    const fresh = draw();
    drawn.set(key, { signature, view: fresh });
    return fresh;
  };

  const render = (state: PageState): void => {
    const { me, open } = state;
    const conversation = open === null ? undefined : state.conversations[placeKey(open)];
    const place = open === null || me === null ? '' : `${me.id}:${placeKey(open)}`;
    if (place !== shown.place) {
      drawn.clear();
      opened.clear();
      Object.assign(shown, { place, sticksToBottom: true, newest: 0, unseen: 0, top: 0 });
    }
    if (me === null || open === null || conversation?.loaded !== true) {
      list.replaceChildren();
      return;
    }
    const inGroup = state.chats.find((chat) => chat.chatId === open.chatId)?.type !== 'private';
    const around = (key: string) => {
      const marks: OpenedMarks = opened.get(key) ?? new Set();
      opened.set(key, marks);
      return { me, inGroup, actions, goTo, opened: marks };
    };
    const drawRow = (row: MessageRow): HTMLElement => {
      switch (row.kind) {
        case 'date':
          return reuse(row.key, [dayTitle(row.date, nowMs())], () =>
            element('div', { class: 'date-line', role: 'separator' }, element('span', {}, dayTitle(row.date, nowMs()))),
          );
        case 'service':
          return reuse(row.key, [row.message], () =>
            element('div', { class: 'service-line' }, element('span', { dir: 'auto' }, row.message.service ?? '')),
          );
        case 'message':
          return reuse(row.key, [...row.messages, row.startsRun, row.endsRun, inGroup], () =>
            messageView(row, around(row.key)),
          );
      }
    };
    const drafts = conversation.drafts.map((draft) => {
      const key = `draft-${draft.draftId}`;
      return reuse(key, [draft], () => draftView(draft, around(key)));
    });
    const days = daysOf(messageRows(conversation.messages, dayKey)).map((rows) => {
      const day = reuse(`day-${rows[0]?.key ?? ''}`, [], () => element('section', { class: 'day' }));
      arrangeChildren(day, rows.map(drawRow));
      return day;
    });
    const content = days.length + drafts.length === 0 ? [reuse('empty', [], emptyChat)] : [...days, ...drafts];

    const anchor = shown.sticksToBottom ? null : firstVisible(scroller, list);
    const anchorTop = anchor?.getBoundingClientRect().top ?? 0;
    arrangeChildren(list, content);
    countUnseen(conversation.messages.at(-1)?.messageId ?? 0, conversation.messages.at(-1)?.from.id === me.id);
    if (shown.sticksToBottom) goToBottom();
    else if (anchor?.isConnected === true) scroller.scrollTop += anchor.getBoundingClientRect().top - anchorTop;
    showToBottom();
  };

  const countUnseen = (newest: number, isMine: boolean): void => {
    if (newest > shown.newest && shown.newest > 0) {
      if (isMine) shown.sticksToBottom = true;
      else if (!shown.sticksToBottom) shown.unseen += 1;
    }
    shown.newest = Math.max(shown.newest, newest);
  };

  return { view, render };
};

// A section per day lets the date stay at the top while its day is read, and the next one push it away.
const daysOf = (rows: readonly MessageRow[]): MessageRow[][] => {
  const days: MessageRow[][] = [];
  for (const row of rows) {
    const day = days.at(-1);
    if (day === undefined || row.kind === 'date') days.push([row]);
    else day.push(row);
  }
  return days;
};

const firstVisible = (scroller: Element, list: Element): Element | null => {
  const { top } = scroller.getBoundingClientRect();
  return [...list.querySelectorAll('.row')].find((child) => child.getBoundingClientRect().bottom > top) ?? null;
};

const emptyChat = (): HTMLElement =>
  element(
    'div',
    { class: 'empty-chat' },
    element(
      'div',
      { class: 'empty-card' },
      element('strong', {}, 'No messages here yet…'),
      element('span', {}, 'Write something below, or type / to see what the bot can do.'),
    ),
  );
