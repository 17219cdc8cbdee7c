import { describe, expect, it } from 'vitest';
import type { BotLibrary } from './bot-client.ts';
import { gramio } from './clients/gramio.ts';
import { grammy } from './clients/grammy.ts';
import { nodeTelegramBotApi } from './clients/node-telegram-bot-api.ts';
import { telegraf } from './clients/telegraf.ts';
import { typescriptTelegramBotApi } from './clients/typescript-telegram-bot-api.ts';
import { scenarios } from './scenarios.ts';
import { openWorld } from './world.ts';

const libraries: readonly BotLibrary[] = [grammy, telegraf, nodeTelegramBotApi, gramio, typescriptTelegramBotApi];

describe.each(libraries)('$name finds Telegram in the double', (library) => {
  it.each(scenarios.filter(({ name }) => library.lacks[name] === undefined))('$name', async ({ run, expected }) => {
    await using world = await openWorld(library);
    expect(await run(world)).toEqual(expected);
  });
  // Listed with the reason, so that a skipped scenario is seen.
  for (const [name, reason] of Object.entries(library.lacks)) it.skip(`${name}: ${reason}`);

  it('lacks only scenarios that there are', () => {
    const names = scenarios.map(({ name }) => name);
    expect(Object.keys(library.lacks).filter((name) => !names.includes(name))).toEqual([]);
  });
});
