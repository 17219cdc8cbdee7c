import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { until } from './until.ts';

/** A message as the page shows it. */
export interface ShownMessage {
  readonly from: 'bot' | 'user';
  readonly text: string;
}

/** The chat page in a real browser, driven and read as a person would. */
export interface ChatPage extends AsyncDisposable {
  readonly page: Page;
  send(text: string): Promise<void>;
  messages(): Promise<readonly ShownMessage[]>;
  /** Waits for a message of the bot whose text matches. */
  answer(pattern: RegExp, withinMs?: number): Promise<string>;
}

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const openBrowser = async (): Promise<Browser> => {
  const executablePath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: FLAGS });
};

const read = (page: Page): Promise<readonly ShownMessage[]> =>
  page.getByTestId('message').evaluateAll((elements) =>
    elements.map((element) => ({
      from: element.getAttribute('data-from') === 'bot' ? ('bot' as const) : ('user' as const),
      text: element.querySelector<HTMLElement>('[data-testid="message-text"]')?.innerText ?? '',
    })),
  );

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

/** The private chat of the double's first person with the bot. */
const OWNER_CHAT = '4242001';

/** Opens the private chat with the bot. */
export const openChat = async (browser: Browser, url: string, options: PageOptions = {}): Promise<ChatPage> => {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    colorScheme: options.dark === true ? 'dark' : 'light',
    deviceScaleFactor: 2,
  });
  const page = await context.newPage();
  await page.goto(`${url}/#${OWNER_CHAT}`);
  await page.getByTestId('composer').waitFor();
  return {
    page,
    async send(text) {
      await page.getByTestId('composer').fill(text);
      await page.getByTestId('send').click();
    },
    messages: () => read(page),
    answer: (pattern, withinMs = 30_000) =>
      until(
        `an answer like ${pattern}`,
        withinMs,
        async () => (await read(page)).findLast(({ from, text }) => from === 'bot' && pattern.test(text))?.text,
      ),
    [Symbol.asyncDispose]: () => context.close(),
  };
};
