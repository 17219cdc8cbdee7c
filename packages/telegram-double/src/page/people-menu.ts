import { askForName } from './ask-for-name.ts';
import { openMenu } from './message-menu.ts';
import type { PageActions } from './page-actions.ts';
import type { PageState } from './page-state.ts';

/** Opens the main menu: act as another person, and make people, groups and topics to try things with. */
export const openPeopleMenu = (state: PageState, actions: PageActions, event: Event): void => {
  const { me, people, bots, open } = state;
  const everybody = [...people.filter(({ id }) => id !== me?.id), ...(me === null ? [] : [me])].toSorted(
    (left, right) => left.id - right.id,
  );
  const members = everybody.map(({ id }) => id);
  const forum = state.chats.find((chat) => chat.chatId === open?.chatId && chat.isForum);
  const ask = (title: string, then: (name: string) => void) => (): void => {
    void askForName(title).then((name) => name !== null && then(name));
  };
  const addGroup = (isForum: boolean) => (title: string) =>
    actions.addChat({
      type: isForum ? 'supergroup' : 'group',
      title,
      isForum,
      members,
      botStatus: 'member',
      ...(bots[0] === undefined ? {} : { botId: bots[0].id }),
    });
  openMenu(
    [
      ...everybody.map((person) => ({
        icon: 'user' as const,
        label: `Act as ${person.name}`,
        checked: person.id === me?.id,
        act: () => actions.actAs(person.id),
      })),
      { icon: 'plus', label: 'New person…', act: ask('First name of the new person', actions.addPerson) },
      { icon: 'users', label: 'New group…', act: ask('Name of the new group', addGroup(false)) },
      { icon: 'topic', label: 'New forum…', act: ask('Name of the new forum', addGroup(true)) },
      ...(forum === undefined
        ? []
        : [
            {
              icon: 'topic' as const,
              label: 'New topic here…',
              act: ask('Name of the new topic', (name) => actions.addTopic(forum.chatId, name)),
            },
          ]),
    ],
    event,
  );
};
