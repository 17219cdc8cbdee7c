import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** @throws Error with the one thing to do when there is no browser. */
export const openBrowser = (): Promise<Browser> => {
  const executablePath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath))
    throw new Error(`No browser at ${executablePath}. Install chromium, or set CHROME_PATH to a Chrome or Chromium.`);
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
};

/** The chat page as a person uses it; `troubles` collects what the page logs as errors. */
export const openPage = async (
  browser: Browser,
  address: string,
  { width = 1280, height = 800 }: { width?: number; height?: number } = {},
) => {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: 'light' });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (line) => line.type() === 'error' && troubles.push(line.text()));
  await page.goto(address);
  await page.getByTestId('chat-item').first().waitFor({ state: 'attached' });
  return {
    page,
    troubles,
    openChat: (chatId: number) => page.locator(`[data-chat-id="${chatId}"]`).first().click(),
    send: async (text: string) => {
      await page.getByTestId('composer').fill(text);
      await page.getByTestId('send').click();
    },
    message: (text: string) => page.getByTestId('message').filter({ hasText: text }),
    texts: () => page.getByTestId('message-text').allInnerTexts(),
    /** Picks an action from a message's own menu. */
    choose: async (text: string, action: string) => {
      await messageMenu(page, text);
      await page.getByRole('menuitem', { name: action, exact: true }).click();
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
};

const messageMenu = async (page: Page, text: string): Promise<void> => {
  const bubble = page.getByTestId('message').filter({ hasText: text }).locator('.bubble');
  await bubble.click({ button: 'right', position: { x: 12, y: 12 } });
  await page.getByRole('menu').waitFor();
};
