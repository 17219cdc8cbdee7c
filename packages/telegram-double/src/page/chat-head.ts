import type { ChatView, PersonView, TypingView } from '../double-api.ts';
import { element, iconButton } from './element.ts';
import { openMenu } from './message-menu.ts';
import type { PageActions } from './page-actions.ts';
import { placeKey, type PageState } from './page-state.ts';
import { personFace } from './person-face.ts';

/** The line above the messages: whose chat it is and what the other side is doing. */
export const createChatHead = (actions: PageActions) => {
  const view = element('header', { class: 'chat-head' });
  const drawn = { signature: '' };
  const render = (state: PageState): void => {
    const { open } = state;
    const chat = state.chats.find(({ chatId }) => chatId === open?.chatId);
    const typing = open === null ? [] : (state.conversations[placeKey(open)]?.typing ?? []);
    const topic = chat?.topics.find(({ threadId }) => threadId === open?.threadId);
    const signature = JSON.stringify([
      chat?.chatId,
      chat?.title,
      topic?.name,
      chat?.members.map(({ person, status }) => [person.id, status]),
      chat?.blocked,
      typing,
      state.connection,
    ]);
    if (signature === drawn.signature) return;
    drawn.signature = signature;
    if (chat === undefined) {
      view.replaceChildren();
      return;
    }
    view.replaceChildren(
      iconButton('back', 'Back to the chats', actions.close, { class: 'back' }),
      personFace(chat.chatId, chat.title),
      element(
        'div',
        { class: 'chat-head-words' },
        element('h1', { dir: 'auto' }, topic === undefined ? chat.title : topic.name),
        element(
          'div',
          { class: 'chat-head-note', 'aria-live': 'polite' },
          note(chat, topic === undefined ? null : chat.title, typing),
        ),
      ),
      iconButton('more', 'Chat actions', (event) => openChatMenu(chat, state.bots, actions, event)),
    );
  };
  return { view, render };
};

const ACTION_WORDS: Readonly<Record<string, string>> = {
  typing: 'typing',
  upload_photo: 'sending a photo',
  upload_video: 'sending a video',
  upload_document: 'sending a file',
  upload_voice: 'sending a voice message',
  record_voice: 'recording a voice message',
  record_video: 'recording a video',
  choose_sticker: 'choosing a sticker',
  find_location: 'looking for a place',
};

const note = (chat: ChatView, forum: string | null, typing: readonly TypingView[]): HTMLElement => {
  const [first] = typing;
  if (first !== undefined) {
    const words = ACTION_WORDS[first.action] ?? 'busy';
    const dots = element('span', { class: 'dots', 'aria-hidden': 'true' }, element('i'), element('i'), element('i'));
    return element(
      'span',
      { class: 'typing', data: { testid: 'typing' } },
      chat.type === 'private' ? words : `${first.from.firstName} is ${words}`,
      dots,
    );
  }
  if (chat.blocked) return element('span', {}, 'blocked');
  if (forum !== null) return element('span', {}, `in ${forum}`);
  if (chat.type === 'private') return element('span', {}, 'bot');
  const present = chat.members.filter(isPresent).length;
  return element('span', {}, `${present} members`);
};

const isPresent = ({ status }: ChatView['members'][number]): boolean => status !== 'left' && status !== 'kicked';

/** Whoever has left a group keeps seeing it in the list, and cannot write there. */
export const isIn = (chat: ChatView, id: number): boolean =>
  chat.members.some((member) => member.person.id === id && isPresent(member));

const openChatMenu = (chat: ChatView, bots: readonly PersonView[], actions: PageActions, event: Event): void => {
  const people = chat.members
    .filter(({ person }) => !person.isBot)
    .map(({ person, status }) => `${person.name} · ${status}`);
  openMenu(
    chat.type === 'private'
      ? [
          {
            icon: 'close',
            label: chat.blocked ? 'Unblock the bot' : 'Block the bot',
            act: () => actions.setBlocked(chat.chatId, !chat.blocked),
          },
        ]
      : [
          ...people.map((label) => ({ icon: 'user' as const, label, act: () => actions.insert('') })),
          ...chat.members
            .filter(({ person }) => person.isBot && person.username !== undefined && isIn(chat, person.id))
            .map(({ person }) => ({
              icon: 'plus' as const,
              label: `Mention @${person.username ?? ''}`,
              act: () => actions.insert(`@${person.username ?? ''} `),
            })),
          ...bots.map(({ id, name }) =>
            isIn(chat, id)
              ? { icon: 'close' as const, label: `Remove ${name}`, act: () => actions.setBotIn(chat.chatId, id, false) }
              : { icon: 'plus' as const, label: `Add ${name}`, act: () => actions.setBotIn(chat.chatId, id, true) },
          ),
        ],
    event,
  );
};
