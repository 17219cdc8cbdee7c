import { isIn } from './chat-head.ts';
import { openMenu, type MenuItem, type MenuPlace } from './message-menu.ts';
import { chatsByTime, type PageState, type Place } from './page-state.ts';

/** Lets a person choose one of their chats, or a topic of it, to forward to. */
export const openForwardMenu = (state: PageState, at: MenuPlace, choose: (to: Place) => void): void =>
  openMenu(
    forwardTargets(state).map(({ icon, label, place }) => ({ icon, label, act: () => choose(place) })),
    at,
  );

type ForwardTarget = Pick<MenuItem, 'icon' | 'label'> & { readonly place: Place };

/** Where the person may write: the chats as the list shows them, each with its topics. */
export const forwardTargets = ({ chats, me }: Pick<PageState, 'chats' | 'me'>): readonly ForwardTarget[] =>
  chatsByTime(chats)
    .filter((chat) => chat.type === 'private' || (me !== null && isIn(chat, me.id)))
    .flatMap(({ chatId, type, title, topics }): ForwardTarget[] => [
      { icon: type === 'private' ? 'user' : 'users', label: `To ${title}`, place: { chatId } },
      ...topics.map(({ threadId, name }) => ({
        icon: 'topic' as const,
        label: `To ${title} › ${name}`,
        place: { chatId, threadId },
      })),
    ]);
