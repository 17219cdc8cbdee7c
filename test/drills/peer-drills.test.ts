import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../e2e/until.ts';
import { openDrillChat, verdictOf, verdictOn } from './drill-chat.ts';
import type { DrillChat } from './drill-chat.ts';
import { CONTAINER, INGEST, OWNER, RUNNER, startDrillSystem } from './drill-system.ts';
import type { DrillSystem } from './drill-system.ts';
import { DRILLS, printed, tableOf } from './published-outcomes.ts';
import type { Drill } from './published-outcomes.ts';

/** What the SDK does before it gives a call up. */
const SDK_ATTEMPTS = 3;
/** Longer than the client waits; the double carries the call out when the client leaves. */
const TIMED_OUT = { kind: 'slow', delayMs: 11_000 } as const;
const CUT = { kind: 'reset_after' } as const;
type Unanswered = typeof TIMED_OUT | typeof CUT;
const numbered = (word: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${word}-${String(index + 1).padStart(2, '0')}`);

describe('the drills of the peers', () => {
  let system: DrillSystem;
  /** Nobody is on its allowlist. It starts while the first drills run. */
  let closed: Promise<DrillSystem>;
  const ours = new Map<Drill, string>();

  beforeAll(async () => {
    system = await startDrillSystem();
    closed = startDrillSystem('');
    // Whether it came up is the business of the drill that needs it.
    closed.catch(() => undefined);
  });
  afterAll(async () => {
    process.stdout.write(printed(tableOf((drill) => ours.get(drill))));
    await Promise.all([system[Symbol.asyncDispose](), closed.then((each) => each[Symbol.asyncDispose]())]);
  });

  afterEach(() => system.heal());

  /** `run` gives our column's word as it was counted; it has to be the right one. */
  const drill = (name: Drill, run: () => Promise<string>): void => {
    it(`${name}: ${DRILLS[name].right}`, async () => {
      ours.set(name, 'broke off');
      const verdict = await run();
      ours.set(name, verdict);
      expect(verdict).toBe(DRILLS[name].right);
    });
  };

  /** A conversation of its own for a drill. */
  const aNewConversation = async (): Promise<DrillChat> => {
    await system.rest();
    const before = await openDrillChat(system);
    await before.say('/new');
    await system.rest();
    return openDrillChat(system);
  };

  /** Says each text and waits until all is over. @returns what is shown then. */
  const answersTo = async (chat: DrillChat, ...texts: readonly string[]): Promise<readonly string[]> => {
    for (const text of texts) await chat.say(text);
    await system.rest();
    return chat.shown();
  };

  /** The agent's own count of what the owner said in this conversation, this question not among it. */
  const heardByAgent = async (): Promise<number> => {
    const [answer = ''] = await answersTo(await openDrillChat(system), 'how many messages did I send?');
    return Number(/sent (\d+) messages/u.exec(answer)?.[1]) - 1;
  };

  const postRaw = async (target: DrillSystem, updateId: number, text: string, secret: string | null) => {
    const person = { id: OWNER, is_bot: false, first_name: 'Sam' };
    const message = {
      message_id: updateId,
      date: Math.floor(Date.now() / 1000),
      chat: { id: OWNER, type: 'private' },
      from: person,
      text,
    };
    const headers = {
      'content-type': 'application/json',
      ...(secret === null ? {} : { 'x-telegram-bot-api-secret-token': secret }),
    };
    const body = JSON.stringify({ update_id: updateId, message });
    return (await fetch(target.webhookUrl, { method: 'POST', headers, body })).status;
  };

  drill('Two first messages 0–30 ms apart', async () => {
    const verdicts = new Set<string>();
    for (const [trial, gapMs] of [0, 10, 20, 30].entries()) {
      await system.rest();
      if (trial > 0) await system.forgetChat();
      const containers = (): number => system.logs().split('container_listening').length - 1;
      const before = containers();
      const words = numbered(`wren${trial}`, 2);
      const chat = await openDrillChat(system);
      const first = postRaw(system, 900_000_000 + 2 * trial, `say ${words[0]}`, system.webhookSecret);
      await sleep(gapMs);
      const second = postRaw(system, 900_000_001 + 2 * trial, `say ${words[1]}`, system.webhookSecret);
      expect(await Promise.all([first, second])).toEqual([200, 200]);
      await system.rest();
      verdicts.add(verdictOn(words, await chat.shown()));
      expect(containers() - before).toBe(1);
      expect(await heardByAgent()).toBe(2);
    }
    return [...verdicts].join('; ');
  });

  drill('Same update delivered again', async () => {
    const chat = await aNewConversation();
    system.deliverCopies(3);
    await chat.say('say kestrel');
    await system.rest();
    system.deliverCopies(1);
    const { updateId = 0 } = system.deliveries.at(-1) ?? {};
    const again = async (delayMs: number): Promise<void> => {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ delayMs }),
      };
      await fetch(`${system.telegramUrl}/_double/updates/${updateId}/again`, init);
    };
    await again(0);
    await again(8_000);
    await sleep(8_200);
    await system.rest();
    expect({ statuses: chat.statuses(), turns: chat.turns() }).toEqual({
      statuses: [200, 200, 200, 200, 200],
      turns: 1,
    });
    expect(await chat.shown()).toEqual(['kestrel']);
    return verdictOn(['kestrel'], await chat.shown());
  });

  drill('Async dispatch throttled', async () => {
    const chat = await aNewConversation();
    const words = numbered('heron', 10);
    for (const [index, word] of words.entries()) {
      // Every second ring fails for good, the SDK's own retries included.
      const fault =
        index % 2 === 0 ? null : system.failAws(INGEST, 'sqs:SendMessage', { kind: 'throttle' }, SDK_ATTEMPTS);
      const delivered = system.deliveries.length + (fault === null ? 1 : 2);
      await chat.say(`say ${word}`);
      await until(`delivery ${delivered}`, 10_000, async () => system.deliveries.length >= delivered);
      expect(fault?.fired() ?? SDK_ATTEMPTS).toBe(SDK_ATTEMPTS);
    }
    await system.rest();
    expect(chat.statuses()).toEqual([1, 2, 3, 4, 5].flatMap(() => [200, 500, 200]));
    const shown = await chat.shown();
    expect(shown.join('\n').match(/heron-\d\d/gu)).toEqual(words);
    expect(await heardByAgent()).toBe(10);
    return verdictOn(words, shown);
  });

  drill('One DynamoDB throttle, known user', async () => {
    const chat = await aNewConversation();
    const words = numbered('plover', 3);
    const [absorbed, refused, lease] = words;
    system.failAws(INGEST, 'dynamodb:UpdateItem', { kind: 'throttle' }, 1);
    await answersTo(chat, `say ${absorbed}`);
    system.failAws(INGEST, 'dynamodb:UpdateItem', { kind: 'throttle' }, SDK_ATTEMPTS);
    await answersTo(chat, `say ${refused}`);
    const onLease = system.failAws(RUNNER, 'dynamodb:UpdateItem', { kind: 'throttle' }, SDK_ATTEMPTS);
    const shown = await answersTo(chat, `say ${lease}`);
    expect(onLease.fired()).toBe(SDK_ATTEMPTS);
    expect({ statuses: chat.statuses(), turns: chat.turns(), shown }).toEqual({
      statuses: [200, 500, 200, 200],
      turns: 3,
      shown: words,
    });
    return verdictOn(words, shown);
  });

  drill('Five messages at once, one chat', async () => {
    const chat = await aNewConversation();
    const words = numbered('swift', 5);
    const base = 910_000_000;
    const posts = words.map((word, index) => postRaw(system, base + index, `say ${word}`, system.webhookSecret));
    expect(await Promise.all(posts)).toEqual([200, 200, 200, 200, 200]);
    await system.rest();
    expect(await heardByAgent()).toBe(5);
    return verdictOn(words, await chat.shown());
  });

  drill('Telegram times out after accepting', async () => {
    const chat = await aNewConversation();
    /** The first such call takes effect, and its answer never comes: the client gives up, or the line is cut. */
    const unanswered = async (method: string, how: Unanswered, text: string): Promise<readonly string[]> => {
      const part = await openDrillChat(system);
      const before = system.botApiCalls().length;
      system.failBotApi({ method, ...how });
      const shown = await answersTo(part, text);
      const calls = system.botApiCalls().slice(before);
      const hit = calls.filter(({ outcome, tookMs }) => outcome.fault === 'reset_after' || tookMs > 5_000);
      expect(hit.map((call) => call.method)).toEqual([method]);
      return shown;
    };
    const verdicts = [
      verdictOn(['osprey'], await unanswered('sendMessage', TIMED_OUT, 'say osprey')),
      verdictOn(['falcon'], await unanswered('sendMessage', CUT, 'say falcon')),
      // A draft that stays behind above the answer is a copy too.
      verdictOn(['1 2 3'], await unanswered('sendMessage', CUT, 'count to 8 slowly')),
      // So short that the first edit is the last one.
      verdictOn(['1 2 3'], await unanswered('editMessageText', CUT, 'count to 5 slowly')),
    ];
    expect(chat.turns()).toBe(4);
    return [...new Set(verdicts)].join('; ');
  });

  drill('Two 429s, then Telegram recovers', async () => {
    const chat = await aNewConversation();
    system.failBotApi({ method: 'sendMessage', kind: 'flood', retryAfterS: 1, times: 2 });
    const shown = await answersTo(chat, 'say dunlin');
    const sends = system
      .botApiCalls()
      .filter(({ method }) => method === 'sendMessage')
      .slice(-3);
    expect(sends.map(({ outcome }) => outcome.status)).toEqual([429, 429, 200]);
    expect({ shown, turns: chat.turns() }).toEqual({ shown: ['dunlin'], turns: 1 });
    return verdictOn(['dunlin'], shown);
  });

  drill('9,000-character reply', async () => {
    const chat = await aNewConversation();
    const shown = await answersTo(chat, 'write 9000 characters with code and a table');
    const text = shown.join('\n');
    const paragraphs = [...text.matchAll(/Paragraph (\d+)\./gu)].map(([, number]) => Number(number));
    expect(paragraphs).toEqual(paragraphs.map((_, index) => index + 1));
    expect(shown.filter((part) => part.length > 4096)).toEqual([]);
    expect(text.length).toBeGreaterThan(8_000);
    expect(text.endsWith('That is the end of the long answer.')).toBe(true);
    return verdictOn(
      paragraphs.map((number) => `Paragraph ${number}.`),
      shown,
    );
  });

  drill('Agent call times out three times', async () => {
    const chat = await aNewConversation();
    const fault = system.failAws(RUNNER, 'bedrock-agentcore:InvokeAgentRuntime', { kind: 'lost_answer' }, 3);
    const shown = await answersTo(chat, 'say curlew');
    expect({ shown, turns: chat.turns(), invokes: chat.invokes(), fired: fault.fired() }).toEqual({
      shown: ['curlew'],
      turns: 1,
      invokes: 4,
      fired: 3,
    });
    return verdictOn(['curlew'], shown);
  });

  drill('Webhook without a secret', async () => {
    const chat = await aNewConversation();
    const update = 920_000_000;
    const statuses = [
      await postRaw(system, update, 'say magpie', null),
      await postRaw(system, update, 'say magpie', 'guessed'),
    ];
    await system.rest();
    const woken = { ingest: chat.awsCallsOf(INGEST), turns: chat.turns(), shown: await chat.shown() };
    expect(woken).toEqual({ ingest: [], turns: 0, shown: [] });
    // The same update with the secret is answered: it was the secret that was missing, and nothing else.
    expect(await postRaw(system, update, 'say magpie', system.webhookSecret)).toBe(200);
    await system.rest();
    expect(await chat.shown()).toEqual(['magpie']);
    return `${[...new Set(statuses)].join(' and ')}, no turn`;
  });

  drill('Stranger with an empty allowlist', async () => {
    const nobodys = await closed;
    const chat = await openDrillChat(nobodys);
    const botCalls = nobodys.botApiCalls().length;
    await chat.say('say hello');
    await nobodys.rest();
    expect(chat.statuses()).toEqual([200]);
    const spoken = [...nobodys.botApiCalls().slice(botCalls), ...(await chat.shown())];
    // Who may talk is looked up; beyond that nobody does anything.
    expect(chat.awsCallsOf(INGEST).map(({ action }) => action)).toEqual(['dynamodb:GetItem']);
    const woken = [RUNNER, CONTAINER].flatMap((who) => chat.awsCallsOf(who));
    return `${spoken.length === 0 ? 'silence' : 'an answer'}, ${woken.length === 0 ? 'no turn' : 'a turn'}`;
  });

  drill('Voice, PDF, location, sticker', async () => {
    const chat = await aNewConversation();
    const answersAfter = async (send: (to: DrillChat) => Promise<void>): Promise<readonly string[]> => {
      const part = await openDrillChat(system);
      await send(part);
      await system.rest();
      return part.shown();
    };
    const answers = [
      await answersAfter((to) => to.sendFile({ name: 'memo.ogg', type: 'audio/ogg' })),
      await answersAfter((to) => to.sendFile({ name: 'invoice.pdf', type: 'application/pdf' })),
      await answersAfter((to) => to.sendLocation(52.52, 13.405)),
      await answersAfter((to) => to.sendSticker('🦀')),
      await answersAfter((to) => to.sendFile({ name: 'cat.png', type: 'image/png', caption: 'my cat' })),
    ];
    // Each answer says what has come in: the agent was told, and does not pretend to have seen more.
    const named = answers.map(
      (texts) => /voice|document|location: 52.52|sticker: 🦀|my cat.*photo/u.exec(texts.join())?.[0],
    );
    expect(named).toEqual(['voice', 'document', 'location: 52.52', 'sticker: 🦀', expect.stringContaining('photo')]);
    expect(chat.turns()).toBe(5);
    return verdictOf(answers.map((texts) => texts.length));
  });

  drill('Edited message', async () => {
    const chat = await aNewConversation();
    // Long enough for the edit to come before the message is taken.
    const fault = system.failAws(RUNNER, 'dynamodb:UpdateItem', { kind: 'latency', ms: 3_000 }, 1);
    const waiting = await chat.say('say stork-before');
    await until('the delivery', 10_000, async () => chat.statuses().length > 0);
    await chat.edit(waiting, 'say stork-after');
    await system.rest();
    expect(fault.fired()).toBe(1);
    expect({ shown: await chat.shown(), turns: chat.turns() }).toEqual({ shown: ['stork-after'], turns: 1 });
    await chat.edit(waiting, 'say stork-late');
    await system.rest();
    expect({ shown: await chat.shown(), turns: chat.turns() }).toEqual({ shown: ['stork-after'], turns: 1 });
    return verdictOn(['stork-after'], await chat.shown());
  });
});

it('docs/testing.md shows the table as it is published and demanded here', () => {
  const docs = readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8');
  const shown = new Set(docs.split('\n').map((line) => line.replaceAll(/\s+\|/gu, ' |')));
  const rows = tableOf((name) => DRILLS[name].right).map((row) => `| ${row.join(' | ')} |`);
  expect(rows.filter((row) => !shown.has(row))).toEqual([]);
});
