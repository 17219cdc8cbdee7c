import { icon, iconButton } from './element.ts';

const KEY = 'theme';

/** The button between light and dark. Until it is pressed the page follows the system. */
export const createThemeToggle = (root: HTMLElement, storage: Storage): HTMLElement => {
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = (): boolean => (storage.getItem(KEY) ?? (systemIsDark.matches ? 'dark' : 'light')) === 'dark';
  const toggle = iconButton(
    'moon',
    'Dark theme',
    () => {
      storage.setItem(KEY, isDark() ? 'light' : 'dark');
      show();
    },
    { data: { testid: 'theme-toggle' } },
  );
  const show = (): void => {
    root.dataset['theme'] = isDark() ? 'dark' : 'light';
    toggle.setAttribute('aria-pressed', String(isDark()));
    toggle.replaceChildren(icon(isDark() ? 'sun' : 'moon'));
  };
  systemIsDark.addEventListener('change', show);
  show();
  return toggle;
};
