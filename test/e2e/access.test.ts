import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSystem, temporaryFolder } from './local-system.ts';
import type { SystemUnderTest } from './local-system.ts';
import { newPerson, somebody } from './people.ts';
import type { Somebody } from './people.ts';
import { until } from './until.ts';

const folder = temporaryFolder();
let system: SystemUnderTest;
let sam: Somebody;
let robin: Somebody;
let eve: Somebody;

beforeAll(async () => {
  system = await startSystem({
    dataDir: folder.path,
    flags: ['--owner', 'none'],
    environment: { AGENT_CLAW_HEARTBEAT_HOURS: '' },
  });
  sam = await somebody(system, 4242001);
  robin = await somebody(system, 4242002);
  eve = await somebody(system, await newPerson(system, 'Eve'));
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** How the deliveries of this update kind were answered so far, in order. */
const outcomes = (): readonly string[] =>
  system
    .logs()
    .split('\n')
    .flatMap(
      (line) =>
        /"event":"webhook_answered".*?"outcome":"(\w+)"|"outcome":"(\w+)".*"webhook_answered"/u.exec(line) ?? [],
    )
    .filter((text) => /^\w+$/u.test(text ?? ''));

/** How often a leg of the guest's lane has come to its end. */
const endedLegs = (): number =>
  system
    .logs()
    .split('\n')
    .filter((line) => /"event":"leg_ended".*:4242002".*"outcome":"finished"/u.test(line)).length;

/** Says something that nobody may answer, and waits until the webhook has dealt with it. */
const saysInVain = async (person: Somebody, text: string): Promise<void> => {
  const before = { outcomes: outcomes().length, heard: await person.heard() };
  await person.say(text);
  await until('the update to be dealt with', 15_000, async () => outcomes().length > before.outcomes, system.logs);
  expect(outcomes().at(-1)).toBe('ignored');
  expect(await person.heard()).toEqual(before.heard);
};

/** Waits for a message with such a button. */
const buttonOf = (person: Somebody, label: string) =>
  until(
    `a button "${label}"`,
    30_000,
    async () => (await person.buttons()).findLast((button) => button.label === label) ?? null,
    system.logs,
  );

// One story: each step stands on those before it.
describe('who may talk to the bot', () => {
  it('nobody at first: everybody is met with silence, and no turn is run', async () => {
    for (const person of [sam, robin]) await saysInVain(person, 'hello');
    await saysInVain(robin, '/start not-the-code');
    expect(await system.callsOf(/AgentRunnerFunction/u, 'dynamodb:UpdateItem')).toBe(0);
    expect(await system.tick(new Date().toISOString())).toEqual({ kind: 'skipped', reason: 'no_owner' });
  });

  it('the first who has the link, and no second', async () => {
    const code = /\?start=([\w-]{22})$/u.exec(system.claimLink ?? '')?.[1];
    await sam.say(`/start ${code}`);
    await sam.hears(/^🔐 You are my owner from now on\./u);
    await saysInVain(robin, `/start ${code}`);
    await sam.say('say good morning');
    await sam.hears(/^good morning$/u);
    expect(system.logs()).not.toContain(code);
  });

  it('is known to the heartbeat', async () => {
    expect(await system.tick(new Date().toISOString())).toEqual({ kind: 'skipped', reason: 'nothing_to_check' });
  });

  it('somebody with the pairing code, once the owner has allowed it', async () => {
    await sam.say('/pair');
    const code = /: ([A-HJ-NP-Z2-9]{8})\n/u.exec(await sam.hears(/^🔑 For 60 min/u))?.[1] ?? '';
    // What the gate read for a stranger may be a moment old.
    await sleep(300);
    await saysInVain(robin, `Is ${code} right?`);
    await robin.say(code.toLowerCase());
    expect(await sam.hears(/^🔔/u)).toBe('🔔 Robin (id 4242002) has the pairing code and asks to talk to me.');
    await saysInVain(robin, 'Hello?');
    expect(await robin.heard()).toEqual([]);
    const letIn = await buttonOf(sam, 'Let in');
    // Whoever makes up the press is a stranger still.
    const before = outcomes().length;
    await robin.press(letIn, sam.id);
    await until('the forged press to be dealt with', 15_000, async () => outcomes().length > before, system.logs);
    expect([outcomes().at(-1), await robin.heard()]).toEqual(['ignored', []]);
    await Promise.all([sam.press(letIn), sam.press(letIn)]);
    const decided = await sam.hears(/^🔔 Robin[^]*✅ Robin .* may talk to me/u);
    expect(await sam.buttons()).toEqual([]);
    await robin.hears(/^👋 You are in\./u);
    await sleep(1_500);
    expect([(await sam.heard()).at(-1), (await robin.heard()).filter((text) => text.startsWith('👋')).length]).toEqual([
      decided,
      1,
    ]);
    await robin.say('say apple');
    await robin.hears(/^apple$/u);

    await eve.say(`/start ${code}`);
    await sam.hears(/^🔔 Eve/u);
    await sam.press(await buttonOf(sam, 'No'));
    await sam.hears(/^🔔 Eve[^]*🚫 Eve .*stays outside/u);
    await saysInVain(eve, code);
    expect(await eve.heard()).toEqual([]);
  });

  it('without the rights of the owner', async () => {
    await robin.say('/access');
    await robin.hears(/^That is for my owner alone\.$/u);
    await robin.say('/whoami');
    await robin.hears(/^Your Telegram id is 4242002\. You are a guest since \d{4}-\d\d-\d\d\.$/u);
    await sam.say('/access');
    const list = await sam.hears(/^Owner:/u);
    expect(list.split('\n\n').map((section) => section.replace(/\d{4}-\d\d-\d\d/gu, 'today'))).toEqual([
      'Owner: Sam (id 4242001) since today',
      expect.stringMatching(/^Guests:\n.*Robin \(id 4242002\) since today$/u),
      '/pair makes a code for somebody new.',
    ]);
  });

  it('until the owner takes it back: what runs ends, what waits is not begun, and nothing more is sent', async () => {
    await robin.say('count to 200 slowly');
    await robin.hears(/^1 2 3/u);
    const dealtWith = outcomes().length;
    await robin.say('/new');
    await robin.say('say never');
    await until('both to be accepted', 10_000, async () => outcomes().length === dealtWith + 2, system.logs);
    const legs = endedLegs();
    await sam.say('/access');
    await sam.press(await buttonOf(sam, 'Revoke Robin'));
    await sam.hears(/^Revoke Robin \(id 4242002\)\?/u);
    await sam.press(await buttonOf(sam, 'Yes, revoke'));
    await sam.hears(/^🚫 Robin .*can no longer talk to me\./u);
    await until("the guest's lane to come to rest", 30_000, async () => endedLegs() > legs, system.logs);
    const heard = await robin.heard();
    await sleep(5_000);
    expect(await robin.heard()).toEqual(heard);
    expect(heard.filter((text) => /never|New conversation|Stopped| 200/u.test(text))).toEqual([]);
    // A copy of the gate may know the guest for half a minute; the runner does not.
    await robin.say('say again');
    await sleep(3_000);
    expect(await robin.heard()).toEqual(heard);
  });
});
