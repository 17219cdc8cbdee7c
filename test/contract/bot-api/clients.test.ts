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
  it.for(scenarios)('$name', async ({ name, limited, run, expected }, { skip }) => {
    const reason = library.lacks[name];
    skip(reason !== undefined, reason);
    await using world = await openWorld(library, { rateLimits: limited ?? false });
    expect(await run(world)).toEqual(expected);
  });

  it('lacks only scenarios that there are', () => {
    const names = new Set(scenarios.map(({ name }) => name));
    expect(Object.keys(library.lacks).filter((name) => !names.has(name))).toEqual([]);
  });
});
