import type { ChatView, DoubleState, Fault } from '../double-api.ts';
import { updateKinds } from '../delivery/webhook-state.ts';
import { whoHide } from '../world/forward.ts';
import { chatView, personView } from '../world/page-view.ts';
import { sendUpdate } from '../world/updates.ts';
import { userOf, type World } from '../world/world.ts';
import { assertPerson, DriverError, type DriverRequest, type Routes } from './driver-request.ts';

const chatsOf = (world: World, asId: number) =>
  world.chats
    .values()
    .filter((chat) => chat.migratedTo === undefined && !chat.isDeleted)
    .filter((chat) => (chat.type === 'private' ? chat.id === asId : chat.members[asId] !== undefined))
    .map((chat) => chatView(world, chat, asId))
    .sort((a, b) => newest(b) - newest(a));

const newest = (chat: ChatView): number => Math.max(chat.createdDate, chat.last?.date ?? 0);

const mailboxOf = ({ deps, params }: DriverRequest) => {
  const botId = params.int('botId') ?? deps.world.bots[0]?.id ?? 0;
  const mailbox = deps.mailboxes.get(botId);
  if (mailbox === undefined) throw new DriverError(404, `No bot ${botId}.`);
  return mailbox;
};

/** Runs now, or later by the double's clock without holding the answer back. */
const after = (world: World, delayMs: number, run: () => void): void => {
  if (delayMs <= 0) run();
  else void world.clock.sleep(delayMs).then(run);
};

export const toolRoutes: Routes = {
  'GET /state': ({ deps: { world }, asId }): DoubleState => ({
    me: personView(userOf(world, asId)),
    bots: world.bots.map(({ id }) => personView(userOf(world, id))),
    people: world.users
      .values()
      .filter((user) => !user.is_bot)
      .map(personView),
    chats: chatsOf(world, asId),
    lastEventId: world.events.lastId(),
  }),
  'GET /chats': ({ deps, asId }) => ({ chats: chatsOf(deps.world, asId) }),
  'POST /people': ({ deps: { world }, params }) => {
    const first_name = params.text('firstName').trim();
    if (first_name === '') throw new DriverError(400, 'A person needs a firstName.');
    const id = params.int('id') ?? world.nextNumber('person', 5_000_001);
    const optional = {
      last_name: params.text('lastName'),
      username: params.text('username'),
      language_code: params.text('languageCode'),
    };
    const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== ''));
    world.users.put(String(id), { id, is_bot: false, first_name, ...given });
    whoHide(world).put(String(id), params.bool('hidesForwards'));
    const person = personView(userOf(world, id));
    world.events.publish(null, { type: 'person', person });
    return person;
  },
  'POST /people/:person/deactivate': ({ deps: { world }, path }) => {
    const id = Number(path['person']);
    assertPerson(world, id);
    for (const chat of world.chats.values())
      if (chat.type === 'private' && chat.id === id) world.chats.put(chat.key, { ...chat, isDeactivated: true });
    return personView(userOf(world, id));
  },
  'GET /callbacks/:query': ({ deps, path }) => {
    const callback = deps.world.callbacks.get(path['query'] ?? '');
    if (callback === undefined) throw new DriverError(404, `No callback query ${path['query']}.`);
    const { id, chatKey, messageId, userId, data, answer } = callback;
    return {
      queryId: id,
      chatId: chatKey,
      messageId,
      userId,
      data,
      answered: answer !== undefined,
      showAlert: false,
      ...answer,
    };
  },
  'GET /requests': ({ deps, params }) => {
    const [method, chat, afterSeq] = [
      params.text('method').toLowerCase(),
      params.text('chat'),
      params.int('after') ?? 0,
    ];
    const matches = deps.requests.filter(
      (one) => one.seq > afterSeq && (method === '' || one.method.toLowerCase() === method),
    );
    return { requests: matches.filter((one) => chat === '' || String(one.params['chat_id']) === chat) };
  },
  'DELETE /requests': ({ deps }) => {
    deps.requests.length = 0;
    return {};
  },
  'GET /faults': ({ deps }) => ({ faults: deps.faults.list() }),
  'POST /faults': ({ deps, params }) => {
    const numbers = ['times', 'skip', 'retryAfterS', 'status', 'delayMs'].flatMap((name) =>
      params.has(name) ? [[name, params.int(name)]] : [],
    );
    const texts = ['method', 'chatId', 'kind', 'description'].flatMap((name) =>
      params.has(name) ? [[name, params.text(name)]] : [],
    );
    const fault = Object.fromEntries([...numbers, ...texts]) as Fault;
    const kinds = ['flood', 'error', 'html', 'hang', 'reset_before', 'reset_after', 'slow', 'truncate'];
    if (!kinds.includes(fault.kind) || !fault.method)
      throw new DriverError(400, `A fault needs a method (or "*") and a kind: ${kinds.join(', ')}.`);
    return { id: deps.faults.add(fault) };
  },
  'DELETE /faults': ({ deps }) => {
    deps.faults.clear();
    return {};
  },
  'POST /updates': (request) => {
    const update = (request.params.json('update', 'update') ?? {}) as Record<
      string,
      { chat?: { id?: number }; from?: { id?: number } }
    >;
    const kind = updateKinds.find((one) => update[one] !== undefined) ?? Object.keys(update)[0];
    if (kind === undefined) throw new DriverError(400, 'Give the update, such as { "message": {…} }.');
    const place = { chatId: update[kind]?.chat?.id ?? 0, userId: update[kind]?.from?.id ?? 0 };
    const mailbox = mailboxOf(request);
    const updateIds: number[] = [];
    after(request.deps.world, request.params.int('delayMs') ?? 0, () => {
      const sent = sendUpdate(mailbox, kind, update[kind], place);
      if (sent === null) return;
      updateIds.push(sent.updateId);
    });
    return { updateIds };
  },
  'POST /updates/:update/again': ({ deps, path, params }) => {
    const update = deps.delivered.findLast((one) => one.updateId === Number(path['update']));
    if (update === undefined)
      throw new DriverError(404, `Update ${path['update']} is not among the last delivered ones.`);
    after(deps.world, params.int('delayMs') ?? 0, () => deps.mailboxes.get(update.botId)?.queue.repeat(update));
    return {};
  },
  'GET /webhook': (request) => {
    const mailbox = mailboxOf(request);
    const { url, lastErrorDateS, lastErrorMessage } = mailbox.state();
    const sender = request.deps.senders.get(mailbox.botId);
    return {
      botId: mailbox.botId,
      url,
      pendingUpdateCount: mailbox.queue.pending().length,
      inFlight: sender?.inFlight() ?? [],
      delivered: sender?.delivered() ?? 0,
      ...(lastErrorDateS === undefined ? {} : { lastErrorDate: lastErrorDateS, lastErrorMessage }),
    };
  },
};
