import type { MenuCommand } from './double-client.ts';
import { element } from './element.ts';
import type { Place } from './page-state.ts';

/** The list of commands above the composer. It opens on `/` and narrows while the name is typed. */
export const createCommandMenu = (
  load: (chatId: string) => Promise<readonly MenuCommand[]>,
  choose: (command: string) => void,
) => {
  const view = element('div', {
    class: 'command-menu',
    role: 'listbox',
    'aria-label': 'Commands',
    hidden: true,
    data: { testid: 'command-menu' },
  });
  const now = { matches: [] as readonly MenuCommand[], at: 0, typed: '' };

  const draw = (): void => {
    view.hidden = now.matches.length === 0;
    const options = now.matches.map(({ command, description }, index) =>
      element(
        'button',
        {
          type: 'button',
          role: 'option',
          tabindex: '-1',
          class: 'command-option',
          'aria-selected': String(index === now.at),
          on: { click: () => take(index) },
        },
        element('span', { class: 'command-name' }, `/${command}`),
        element('span', { class: 'command-description', dir: 'auto' }, description),
      ),
    );
    view.replaceChildren(...options);
    options[now.at]?.scrollIntoView({ block: 'nearest' });
  };
  const set = (matches: readonly MenuCommand[]): void => {
    Object.assign(now, { matches, at: 0 });
    draw();
  };
  const take = (index: number): void => {
    const match = now.matches[index];
    set([]);
    if (match !== undefined) choose(match.command);
  };

  return {
    view,
    /** Shows what fits the typed text, or nothing when it does not start a command. */
    show: (place: Place | null, typed: string): void => {
      now.typed = typed;
      if (place === null || !/^\/[a-z\d_]*$/iu.test(typed)) {
        set([]);
        return;
      }
      void load(place.chatId).then((commands) => {
        // A slow answer must not open the menu over a text that has changed meanwhile.
        if (now.typed === typed) set(commandsThatFit(commands, typed));
      });
    },
    /** @returns whether the key was for the menu. */
    key: (event: KeyboardEvent): boolean => {
      if (now.matches.length === 0) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== undefined) {
        now.at = (now.at + step + now.matches.length) % now.matches.length;
        draw();
      } else if (event.key === 'Escape') set([]);
      else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) take(now.at);
      else return false;
      event.preventDefault();
      return true;
    },
  };
};

/** The commands whose name begins with what was typed after the slash; a name typed in full comes first. */
export const commandsThatFit = (commands: readonly MenuCommand[], typed: string): readonly MenuCommand[] => {
  const name = typed.slice(1).toLowerCase();
  return commands
    .filter(({ command }) => command.startsWith(name))
    .toSorted((left, right) => Number(right.command === name) - Number(left.command === name));
};
