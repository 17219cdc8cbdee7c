import { describe, expect, it } from 'vitest';
import { updateEntryId } from './ids.ts';
import type { InboxEntry } from './lane.ts';
import type { BotCommand } from './commands.ts';
import { BOT_COMMANDS, GROUP_COMMANDS, isAside, nearestCommand, OWNER_COMMANDS, upkeepOf } from './commands.ts';

const aCommand = (name: string, args = ''): InboxEntry => ({
  id: updateEntryId(1),
  kind: 'command',
  sentAtEpochS: 1,
  sequence: 1,
  sender: { id: '1', name: 'Ada' },
  text: `/${name} ${args}`,
  command: { name, args },
});

describe('the list of commands', () => {
  it('fits what Telegram takes, and names each command once', () => {
    const all: readonly BotCommand[] = [...BOT_COMMANDS, ...OWNER_COMMANDS, ...GROUP_COMMANDS];
    expect(all.filter(({ name, description }) => !/^[a-z0-9_]{1,32}$/u.test(name) || description.length > 256)).toEqual(
      [],
    );
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });
});

describe('what is promised', () => {
  it('stands in the menu of the owner', () => {
    const promised =
      'start help status whoami new stop compact model usage queue retry memory files undo heartbeat jobs pair access settings export';
    const names = new Set<string>([...BOT_COMMANDS, ...OWNER_COMMANDS].map(({ name }) => name));
    expect(promised.split(' ').filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('nearestCommand', () => {
  it.each([
    ['setings', 'settings'],
    ['hlep', 'help'],
    ['statsu', 'status'],
    ['undoo', 'undo'],
    ['usages', 'usage'],
    ['pear', null],
    ['x', null],
    ['weather', null],
    ['acess', null],
  ])('takes /%s for %s', (name, meant) => {
    expect(nearestCommand(name, BOT_COMMANDS)?.name ?? null).toBe(meant);
  });
});

describe('a command', () => {
  it('that changes the conversation, or asks for a check, waits for its place in the line', () => {
    const names = ['new', 'undo', 'compact', 'export', 'retry'].map((name) => aCommand(name));
    expect([...names, aCommand('heartbeat', ' Now')].filter(isAside)).toEqual([]);
    const asides = [aCommand('heartbeat', 'off'), aCommand('usage'), aCommand('files', 'now')];
    expect(asides.filter(isAside)).toEqual(asides);
  });

  it('is carried out by the container when it is about the conversation', () => {
    const names = ['undo', 'compact', 'export', 'new', 'memory'];
    expect(names.map((name) => upkeepOf(aCommand(name)))).toEqual(['undo', 'compact', 'export', null, null]);
    expect(upkeepOf({ ...aCommand('undo'), kind: 'stop' })).toBeNull();
  });
});
