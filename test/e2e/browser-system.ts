import type { Browser } from 'playwright-core';
import type { RecordedRequest } from '@agent-claw/telegram-double';
import { afterAll, beforeAll, expect } from 'vitest';
import { openBrowser } from './chat-page.ts';
import { startSystem, temporaryFolder } from './local-system.ts';
import type { StartOptions, SystemUnderTest } from './local-system.ts';

/** The whole system and a browser, for all tests of the describe that asks for them. */
export interface BrowserSystem {
  /** Where the system keeps its data. */
  readonly dataDir: string;
  readonly system: SystemUnderTest;
  readonly browser: Browser;
}

interface Recorded {
  readonly requests: readonly RecordedRequest[];
}

/** Both are there once the tests run, and go after the last one. */
export const systemInBrowser = (options: Omit<StartOptions, 'dataDir'> = {}): BrowserSystem => {
  const folder = temporaryFolder();
  const state = { dataDir: folder.path } as { readonly dataDir: string; system: SystemUnderTest; browser: Browser };
  beforeAll(async () => {
    [state.system, state.browser] = await Promise.all([
      startSystem({ dataDir: folder.path, ...options }),
      openBrowser(),
    ]);
  });
  afterAll(async () => {
    const { requests } = (await (await fetch(`${state.system.url}/_double/requests`)).json()) as Recorded;
    await state.browser.close();
    await state.system[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
    // No story is ever too fast for Telegram.
    expect(requests.filter(({ outcome }) => outcome.limit !== undefined)).toEqual([]);
  });
  return state;
};
