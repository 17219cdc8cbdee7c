import { createHash } from 'node:crypto';
import { manualClock, memoryAccess, memoryLanes, memoryWakeQueue } from '@agent-claw/testkit';
import { createLog } from '@agent-claw/observability/log';
import { createAnswerWebhook } from '@agent-claw/tg-ingest/answer-webhook';
import { createIngestUpdate } from '@agent-claw/tg-ingest/ingest-update';
import type { CorpusCase, CorpusDocument, Property } from '../property.ts';
import { generateBody } from './webhook-bodies.ts';

interface Settings {
  readonly secrets: readonly string[];
  readonly ownerId: number;
  readonly allowedIds: readonly number[];
  readonly botId: number;
  readonly botUsername: string;
}

const TYPING = /^\{"method":"sendChatAction","chat_id":-?\d+,"action":"typing"(?:,"message_thread_id":\d+)?\}$/u;

const PRESS_ANSWER =
  /^\{"method":"answerCallbackQuery","callback_query_id":"-?\d{1,32}","text":"(?:Stopping …|That button is no longer in use\.)"\}$/u;

/** Where a stranger has brought the bot, it goes: a group's or channel's id and nothing else of the update. */
const LEAVING = /^\{"method":"leaveChat","chat_id":-\d{1,16}\}$/u;

const worldFor = (settings: Settings) => {
  const lines: string[] = [];
  const appended: string[] = [];
  const clock = manualClock(1_763_690_001_000);
  const lanes = memoryLanes();
  const log = createLog({ service: 'tg-ingest', write: (line) => lines.push(line), now: () => clock.now() });
  const mailbox: typeof lanes.mailbox = {
    ...lanes.mailbox,
    append: async (request) => {
      const outcome = await lanes.mailbox.append(request);
      if (outcome.kind === 'appended') appended.push(request.entry.id);
      return outcome;
    },
  };
  const ownerId = String(settings.ownerId);
  const guests = Object.fromEntries(settings.allowedIds.map((id) => [String(id), { name: '', sinceMs: 0 }]));
  const access = memoryAccess(clock, { guests }).open();
  const bot = { id: String(settings.botId), username: settings.botUsername };
  // A secret that reads "undefined" is one that nobody set.
  const secretDigests = settings.secrets.map((secret) => createHash('sha256').update(secret).digest('hex'));
  const ingest = createIngestUpdate({ mailbox, wakes: memoryWakeQueue(), access, ownerId, bot, clock });
  return { answer: createAnswerWebhook({ ingest, secretDigests, log }), lines, appended };
};

const bodyOf = (testCase: CorpusCase, settings: Settings): string | undefined => {
  const base64 = testCase['bodyBase64'];
  if (typeof base64 === 'string')
    return testCase['isBase64Encoded'] === true ? base64 : Buffer.from(base64, 'base64').toString('utf8');
  const generator = testCase['bodyGenerator'] as Parameters<typeof generateBody>[0] | undefined;
  return generator === undefined
    ? ((testCase['body'] as string | null | undefined) ?? undefined)
    : generateBody(generator, settings.ownerId);
};

/** Every odd request gets its status, nothing unwanted gets in, and nothing of it is reflected or logged. */
export const badWebhooks: Property = {
  corpus: 'bad-webhooks',
  statement: 'gets the status it names; only what it names is accepted; nothing is reflected or logged',
  async check(testCase, document: CorpusDocument) {
    const settings = {
      ...(document['config'] as object),
      ...(testCase['configOverride'] as object | undefined),
    } as Settings;
    const world = worldFor(settings);
    const body = bodyOf(testCase, settings);
    const prototypeKeys = Object.keys(Object.prototype).length;
    const repeats = (testCase['assert'] as readonly string[] | undefined)?.includes('repeat:2') === true ? 2 : 1;
    for (let delivery = 0; delivery < repeats; delivery += 1) {
      const answer = await world.answer({
        method: String(testCase['method']),
        path: String(testCase['path']),
        headers: (testCase['headers'] ?? {}) as Record<string, unknown>,
        body,
        isBase64Encoded: testCase['isBase64Encoded'] === true,
      });
      const statusClass = `${Math.floor(answer.statusCode / 100)}xx`;
      const accepted = [testCase['expectStatusClass'], ...((testCase['alsoAccept'] as string[] | undefined) ?? [])];
      if (!accepted.includes(statusClass)) return `answered ${answer.statusCode}, expected ${accepted.join(' or ')}`;
      if (
        testCase['expectStatus'] !== undefined &&
        testCase['alsoAccept'] === undefined &&
        answer.statusCode !== testCase['expectStatus']
      )
        return `answered ${answer.statusCode}, expected ${JSON.stringify(testCase['expectStatus'])}`;
      const said = answer.body ?? '';
      const isLeaving = LEAVING.test(said) && body?.includes('"my_chat_member"') === true;
      const isOurs = (world.appended.length > 0 && TYPING.test(said)) || PRESS_ANSWER.test(said) || isLeaving;
      if (said !== '' && (!isOurs || testCase['expectSilence'] === true)) return `reflected ${answer.body}`;
    }
    if (typeof testCase['expectEnqueued'] === 'number' && world.appended.length !== testCase['expectEnqueued'])
      return `accepted ${world.appended.length} messages, expected ${testCase['expectEnqueued']}`;
    if (Object.keys(Object.prototype).length !== prototypeKeys) return 'changed Object.prototype';
    const leaked = world.lines.find(
      (line) =>
        settings.secrets.some((secret) => secret.length > 9 && line.includes(secret)) ||
        (body !== undefined && body.length > 20 && line.includes(body)),
    );
    return leaked === undefined ? null : 'logged a secret or the body';
  },
};
