import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
/** Without the fonts, emoji and CJK text are empty boxes, in screenshots too. */
const PACKAGES = ['chromium', 'fonts-noto-color-emoji', 'fonts-noto-cjk'];

/** @returns the path of a Chrome or Chromium, `CHROME_PATH` first, or null when there is none. */
export const findBrowser = (): string | null => {
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return (
    [process.env['CHROME_PATH'] ?? '', ...onPath, ...PLACES].find((path) => path !== '' && existsSync(path)) ?? null
  );
};

/** Finds a browser, or installs Debian's as root. @throws Error that says how to get one. */
export const ensureBrowser = (): string => {
  const found = findBrowser();
  if (found !== null) return found;
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    console.log(`Installing ${PACKAGES.join(', ')} for the browser tests …`);
    const apt = (args: readonly string[]) =>
      spawnSync('apt-get', ['-qq', ...args], {
        stdio: 'inherit',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    apt(['update']);
    apt(['install', '-y', '--no-install-recommends', ...PACKAGES]);
  }
  const installed = findBrowser();
  if (installed === null)
    throw new Error(
      'The browser tests need Chrome or Chromium: install one (Debian: apt-get install chromium), or set CHROME_PATH to it.',
    );
  return installed;
};
