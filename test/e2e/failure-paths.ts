import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pollTelegram } from '@agent-claw/local/poll-telegram';
import { ACCOUNT_ID, REGION } from '@agent-claw/embedded-aws';
import type { Fault } from '@agent-claw/telegram-double';
import { BedrockAgentCoreClient, StopRuntimeSessionCommand } from '@aws-sdk/client-bedrock-agentcore';
import { TOKEN, WORDS } from './canary-world.ts';
import type { CanaryWorld } from './canary-world.ts';
import type { SentFault } from './local-system.ts';
import {
  anUpdate,
  CONTAINER_ATTEMPTS,
  inDoubt,
  post,
  QUOTING,
  QUOTING_TOKEN,
  refused,
  SDK_ATTEMPTS,
  settled,
} from './failure-drives.ts';
import type { Drive, FailurePaths } from './failure-drives.ts';
import { ACCESS, MENUS } from './button-failures.ts';
import { APPROVALS, DRAFTS } from './consent-failures.ts';
import { aPng, aVoice } from './media-files.ts';
import { OUTGOING, QUESTIONS, SENT_FILES } from './outgoing-failures.ts';
import { OWNER } from './owner-chat.ts';
import { REGISTRAR } from './registrar-failures.ts';
import { refusal, saying } from './watched-telegram.ts';

/** The file whose content is an answer that nobody has said. */
const NOTE = 'note.txt';
const ANSWERED = `read ${NOTE}`;
const SAID = `say ${WORDS.said}`;

const botApi = (fault: Omit<Fault, 'method'> & { readonly method?: string }, text = ANSWERED): Drive =>
  settled(text, async ({ telegram }) => telegram.fault({ method: 'sendMessage', ...fault }));

const aws = (action: string, fault: SentFault, times: number, more: { text?: string; detail?: string } = {}): Drive =>
  settled(more.text ?? SAID, (world) =>
    world.fail({ action, ...(more.detail === undefined ? {} : { detail: more.detail }) }, fault, times),
  );

/** Telegram's refusals and silences, towards each method that the bot calls. */
const TELEGRAM: FailurePaths = {
  // First: the others leave no conversation to export.
  'sendDocument: 413': botApi({ method: 'sendDocument', kind: 'error', status: 413, description: QUOTING }, '/export'),
  'sendDocument: reset after': inDoubt('/export', async ({ telegram }) =>
    telegram.fault({ method: 'sendDocument', kind: 'reset_after' }),
  ),
  'sendMessage: 400 that quotes everything': settled(ANSWERED, async ({ telegram }) =>
    telegram.twist('/sendMessage', 2, refusal(400, `Bad Request: ${QUOTING}`)),
  ),
  'sendMessage: 401 once': botApi({ kind: 'error', status: 401, description: QUOTING }),
  'sendMessage: 403': botApi({ kind: 'error', status: 403, description: `Forbidden: ${QUOTING}` }),
  'sendMessage: 404 once': botApi({ kind: 'error', status: 404, description: QUOTING }),
  'sendMessage: 409': botApi({ kind: 'error', status: 409, description: `Conflict: ${QUOTING}` }),
  'sendMessage: 429': botApi({ kind: 'flood', retryAfterS: 1 }),
  'sendMessage: 500, to its end': botApi({ kind: 'error', status: 500, description: QUOTING }),
  'sendMessage: 502 with HTML': inDoubt(ANSWERED, async ({ telegram }) =>
    telegram.fault({ method: 'sendMessage', kind: 'html' }),
  ),
  'sendMessage: no answer in time': inDoubt(ANSWERED, async ({ telegram }) =>
    telegram.fault({ method: 'sendMessage', kind: 'hang' }),
  ),
  'sendMessage: reset before': inDoubt(ANSWERED, async ({ telegram }) =>
    telegram.fault({ method: 'sendMessage', kind: 'reset_before' }),
  ),
  'sendMessage: reset after': botApi({ kind: 'reset_after' }),
  'sendMessage: an answer that is no JSON': inDoubt(ANSWERED, async ({ telegram }) =>
    telegram.twist('/sendMessage', 1, saying(200, `{"ok":tru ${QUOTING}`)),
  ),
  'sendMessage: a redirect': inDoubt(ANSWERED, async ({ telegram }) =>
    telegram.twist('/sendMessage', 1, saying(302, '', { location: `${telegram.url}/elsewhere` })),
  ),
  'editMessageText: 400, 502 and a reset': settled('count to 12 slowly', async ({ telegram }) => {
    telegram.twist('/editMessageText', 1, refusal(400, `Bad Request: ${QUOTING}`));
    telegram.fault({ method: 'editMessageText', kind: 'html' });
    telegram.fault({ method: 'editMessageText', kind: 'reset_after' });
  }),
  'sendChatAction: 500': botApi(
    { method: 'sendChatAction', kind: 'error', description: QUOTING },
    'count to 12 slowly',
  ),
  'the owner blocks the bot while it answers': async (world) => {
    await world.say(`count to 9 slowly`);
    await world.logged(/webhook_answered/u);
    await world.driver(`chats/${OWNER}/block`, {});
    await world.rest();
  },
  'long polling: 401, 409, HTML, no JSON, a reset': async ({ telegram, told }) => {
    const stopped = new AbortController();
    const before = told.length;
    telegram.twist('/getUpdates', 1, refusal(401, QUOTING_TOKEN));
    telegram.twist('/getUpdates', 1, refusal(409, `Conflict: ${QUOTING_TOKEN}`));
    telegram.twist('/getUpdates', 1, saying(502, `<html>${QUOTING_TOKEN}</html>`));
    telegram.twist('/getUpdates', 1, saying(200, `{"ok":tru ${QUOTING_TOKEN}`));
    telegram.fault({ method: 'getUpdates', kind: 'reset_before' });
    await pollTelegram({
      token: TOKEN,
      apiRoot: telegram.url,
      deliver: () => Promise.resolve({ status: 500, body: QUOTING_TOKEN }),
      onTrouble: (line) => {
        told.push(line);
        if (told.length >= before + 5) stopped.abort();
      },
      sleep: () => Promise.resolve(),
      signal: stopped.signal,
    });
  },
};

const strangerSays: Drive = async (world) => {
  const { id } = await world.driver<{ id: number }>('people', { firstName: WORDS.strangerName });
  await world.driver('chats', { type: 'private', as: id });
  for (const text of [`/start ${WORDS.strangerSaid}`, WORDS.strangerSaid])
    await world.driver(`chats/${id}/messages`, { text, as: id });
  await world.rest();
};

/** What may be wrong with a delivery, and with whoever sends it. */
const WEBHOOK: FailurePaths = {
  'a wrong secret, and none': async (world) => {
    const [secret = ''] = world.webhookSecrets();
    await post(world, anUpdate(SAID), `${secret}x`);
    await post(world, anUpdate(SAID), undefined);
  },
  'a body over the limit, of the webhook and of the gateway': async (world) => {
    for (const megabytes of [2, 11])
      await post(world, anUpdate(`${WORDS.said} `.repeat(megabytes * 70_000)), world.webhookSecrets().at(-1));
  },
  'a body in base64': (world) => post(world, anUpdate(SAID), world.webhookSecrets().at(-1), 'application/octet-stream'),
  'a body that is cut': (world) => post(world, anUpdate(SAID).slice(0, -9), world.webhookSecrets().at(-1)),
  'an update of a shape that we do not know': async (world) => {
    await post(world, anUpdate(SAID, { chat: WORDS.groupTitle }), world.webhookSecrets().at(-1));
    await post(world, JSON.stringify({ [WORDS.said]: WORDS.said }), world.webhookSecrets().at(-1));
    await post(
      world,
      JSON.stringify({ update_id: 990_000_001, callback_query: { data: WORDS.said } }),
      world.webhookSecrets().at(-1),
    );
  },
  'a stranger': strangerSays,
  'a group, and its move to another chat': async (world) => {
    const { chatId } = await world.driver<{ chatId: string }>('chats', {
      type: 'group',
      title: WORDS.groupTitle,
      as: OWNER,
    });
    const text = `@agent_claw_bot say ${WORDS.groupSaid}`;
    await world.driver(`chats/${chatId}/messages`, { text, as: OWNER });
    await world.rest();
    await world.driver(`chats/${chatId}/migrate`, { as: OWNER });
    await world.rest();
  },
  'commands that do not exist or take no such argument': async (world) => {
    for (const text of [`/${WORDS.command} ${WORDS.argument}`, `/model ${WORDS.argument}`, `/undo ${WORDS.argument}`])
      await world.say(text);
    await world.rest();
  },
  'a reply to a quote, and an edit that comes too late': async (world) => {
    const id = await world.say(SAID);
    await world.rest();
    await world.say(SAID, { replyTo: id, quote: WORDS.quoted });
    await world.rest();
    const url = `${world.telegram.url}/_double/chats/${OWNER}/messages/${id}`;
    const headers = { 'content-type': 'application/json' };
    await fetch(url, { method: 'PUT', headers, body: JSON.stringify({ text: `say ${WORDS.edited}` }) });
    await world.rest();
  },
};

/** What AWS refuses, forgets to answer, or answers too late. */
const AWS: FailurePaths = {
  'sqs: a throttled ring': aws('sqs:SendMessage', { kind: 'throttle' }, SDK_ATTEMPTS),
  'sqs: a refused ring': aws('sqs:SendMessage', refused('AccessDenied', 403), 1),
  // It is Lambda itself that polls: no service of AWS knows the token or a message, so the text quotes none.
  'sqs: a poll that fails': aws('sqs:ReceiveMessage', refused('InternalFailure', 500, 'Try again.'), 2),
  'sqs: a wake that cannot be hidden': aws('sqs:ChangeMessageVisibility', refused('AccessDenied', 403), 2),
  'dynamodb: a refused append': aws('dynamodb:UpdateItem', refused('ValidationException', 400), 1, {
    detail: 'SET inbox.#id',
  }),
  'dynamodb: an append whose answer is lost': aws('dynamodb:UpdateItem', { kind: 'lost_answer' }, 1, {
    detail: 'SET inbox.#id',
  }),
  'dynamodb: a throttled lease': aws('dynamodb:UpdateItem', { kind: 'throttle' }, SDK_ATTEMPTS, {
    detail: 'SET leaseHolder',
  }),
  'dynamodb: a refused lease': aws('dynamodb:UpdateItem', refused('AccessDeniedException', 400), 1, {
    detail: 'SET leaseHolder',
  }),
  'dynamodb: a refused turn': aws('dynamodb:UpdateItem', refused('ValidationException', 400), 1, {
    detail: 'SET turn = ',
  }),
  'dynamodb: a note that takes effect and fails': aws(
    'dynamodb:UpdateItem',
    { ...refused('InternalServerError', 500), kind: 'error_after' },
    1,
    { detail: 'SET turn.ledger' },
  ),
  'dynamodb: who may talk cannot be read': async (world) => {
    await world.fail({ action: 'dynamodb:GetItem' }, refused('InternalServerError', 500), SDK_ATTEMPTS);
    await strangerSays(world);
  },
  'dynamodb: a conversation that is not read': aws('dynamodb:Query', refused('AccessDeniedException', 400), 1),
  'dynamodb: a turn that is not saved': aws('dynamodb:PutItem', refused('ValidationException', 400), 1),
  's3: a workspace that is not read': aws('s3:GetObject', refused('AccessDenied', 403), 2, { text: ANSWERED }),
  's3: a file that is not written': aws('s3:PutObject', refused('InternalError', 500), CONTAINER_ATTEMPTS, {
    text: `write ${WORDS.toolPath}.txt: ${WORDS.fileContent}`,
  }),
  'secretsmanager: refused when the token is read again': settled(ANSWERED, async (world) => {
    world.telegram.fault({ method: 'sendMessage', kind: 'error', status: 401 });
    await world.fail({ action: 'secretsmanager:GetSecretValue' }, refused('AccessDeniedException', 400), 1);
  }),
  'secretsmanager: throttled when the token is read again': settled(ANSWERED, async (world) => {
    world.telegram.fault({ method: 'sendMessage', kind: 'error', status: 401 });
    await world.fail({ action: 'secretsmanager:GetSecretValue' }, { kind: 'throttle' }, SDK_ATTEMPTS);
  }),
  'agentcore: a throttled call': aws('bedrock-agentcore:InvokeAgentRuntime', { kind: 'throttle' }, SDK_ATTEMPTS),
  'agentcore: an answer that is lost': aws('bedrock-agentcore:InvokeAgentRuntime', { kind: 'lost_answer' }, 1),
  'agentcore: refused until the message is put aside, and /retry': async (world) => {
    await world.fail({ action: 'bedrock-agentcore:InvokeAgentRuntime' }, refused('AccessDeniedException', 403), 3);
    await world.say(SAID);
    await world.rest();
    await world.say('/retry');
    await world.rest();
  },
  'the heartbeat: tables that refuse': async (world) => {
    await world.fail({ action: 'dynamodb:Query' }, refused('AccessDeniedException', 400), 1);
    // The tick fails as a whole: the error is the schedule's to repeat.
    await world.system.sweep().catch((error: unknown) => world.told.push(String(error)));
  },
};

/** What goes wrong in the agent, with its model and its tools. */
const AGENT: FailurePaths = {
  'a model that fails, and one that is throttled': async (world) => {
    for (const text of [`simulate a model error ${WORDS.said}`, `simulate a throttled model ${WORDS.said}`]) {
      await world.say(text);
      await world.rest();
    }
  },
  'tools that refuse': async (world) => {
    for (const input of [
      { path: `../${WORDS.toolPath}` },
      { path: `${WORDS.toolPath}.md` },
      { [WORDS.toolPath]: WORDS.said },
    ]) {
      await world.say(`/tool read_file ${JSON.stringify(input)}`);
      await world.rest();
    }
    await world.say(`edit ${NOTE}: replace ${WORDS.said} with ${WORDS.fileContent}`);
    await world.rest();
  },
  'a microVM that ends under the turn': async (world) => {
    const started = world.logged(/webhook_answered/u);
    await world.say('count to 12 slowly');
    await started;
    const runtime = new BedrockAgentCoreClient(world.system.aws);
    const agentRuntimeArn = `arn:aws:bedrock-agentcore:${REGION}:${ACCOUNT_ID}:runtime/${world.refOf('AgentRuntime')}`;
    const runtimeSessionId = (await world.lane())?.runtimeSession?.id;
    await runtime.send(new StopRuntimeSessionCommand({ agentRuntimeArn, runtimeSessionId }));
    await world.rest();
  },
  'a wake that nobody can read': async (world) => {
    for (const body of [
      WORDS.unreadable,
      JSON.stringify({ v: 1, laneId: 'tg:1:1', [WORDS.unreadable]: WORDS.unreadable }),
    ]) {
      await world.putWake(body);
      await world.rest();
    }
  },
};

const document = (): File => new File([`${WORDS.fileContent}\n`], `${WORDS.fileName}.txt`, { type: 'text/plain' });
const voice = (): File =>
  new File([Uint8Array.from(aVoice(`say ${WORDS.transcript}`))], 'v.oga', { type: 'audio/ogg' });
const download =
  (prepare: Drive, file = document, fields: Readonly<Record<string, string>> = { text: WORDS.caption }): Drive =>
  async (world) => {
    await prepare(world);
    await world.send(file(), fields);
    await world.rest();
  };

/** Files that do not come through. */
const MEDIA: FailurePaths = {
  'a redirect to another host': download(async ({ telegram }) =>
    telegram.twist(`.txt`, 3, saying(302, '', { location: `${telegram.url}/elsewhere` })),
  ),
  'cut once': download(async ({ telegram }) => telegram.fault({ method: 'download', kind: 'truncate' })),
  'not found': download(async ({ telegram }) =>
    telegram.fault({ method: 'download', kind: 'error', status: 404, description: QUOTING, times: 3 }),
  ),
  reset: download(async ({ telegram }) => telegram.fault({ method: 'download', kind: 'reset_before', times: 3 })),
  'getFile refused with a text that quotes everything': download(async ({ telegram }) =>
    telegram.twist('/getFile', 1, refusal(400, `Bad Request: ${QUOTING}`)),
  ),
  'getFile: no JSON, and a path that leads elsewhere': download(async ({ telegram }) => {
    telegram.twist('/getFile', 1, saying(502, `<html>${QUOTING}</html>`));
    telegram.twist('/getFile', 1, saying(200, JSON.stringify({ ok: true, result: { file_path: `/etc/${TOKEN}` } })));
  }),
  'too big for Telegram to hand over': download(
    async () => undefined,
    () => new File([Buffer.alloc(21 * 1024 * 1024, 1)], `${WORDS.fileName}.pdf`, { type: 'application/pdf' }),
  ),
  's3 refuses the file': download((world) => world.fail({ action: 's3:PutObject' }, refused('AccessDenied', 403), 1)),
  'a photo whose store is not looked into': download(
    (world) => world.fail({ action: 's3:GetObject' }, refused('InternalError', 500), 4),
    () => new File([Uint8Array.from(aPng())], `${WORDS.fileName}.png`, { type: 'image/png' }),
  ),
  'a voice message that is heard': download(async () => undefined, voice, { voice: '1' }),
  'a voice message that Transcribe refuses': download(
    (world) => world.fail({ service: 'transcribe' }, refused('BadRequestException', 400), 1),
    voice,
    { voice: '1' },
  ),
  'an album of which one is not handed over, and one is not kept': async (world) => {
    const photo = (name: string) => new File([Uint8Array.from(aPng())], `${name}.png`, { type: 'image/png' });
    world.telegram.twist('/getFile', 1, refusal(400, `Bad Request: ${QUOTING}`));
    await world.fail({ action: 's3:PutObject' }, refused('AccessDenied', 403), 1);
    const files = ['1', '2', '3'].map((n) => photo(`${WORDS.fileName}${n}`));
    await world.send(files, { text: WORDS.albumCaption });
    await world.rest();
  },
};

/** Written where the agent reads it, so that the bot says a word that nobody has said to it; and what it can send. */
export const prepareFiles = ({ system }: CanaryWorld): void => {
  mkdirSync(system.workspaceFolder, { recursive: true });
  writeFileSync(join(system.workspaceFolder, NOTE), `${WORDS.answered}\n`);
  for (const name of SENT_FILES) writeFileSync(join(system.workspaceFolder, name), aPng());
};

/**
 * Every way to fail that the code knows, by where it lies, in two walks: each has a system of its own, since a walk is mostly
 * waiting for the pace of a chat. The registrar's come last: they change the webhook secret.
 */
export const WALKS: readonly Readonly<Record<string, FailurePaths>>[] = [
  { webhook: WEBHOOK, agent: AGENT, media: MEDIA, aws: AWS, telegram: TELEGRAM, registrar: REGISTRAR },
  {
    'files that go out': OUTGOING,
    questions: QUESTIONS,
    menus: MENUS,
    access: ACCESS,
    approvals: APPROVALS,
    drafts: DRAFTS,
  },
];
