import type { IncomingMessage, ServerResponse } from 'node:http';
import { chatView, personView } from '../world/page-view.ts';
import type { NumberedEvent } from '../world/event-stream.ts';
import { userOf, type World } from '../world/world.ts';
import { assertPerson } from './driver-request.ts';

const keepAliveMs = 15_000;

/** Server-sent events from `Last-Event-ID` (or `?after=`) on; a gap that is no longer kept starts with `reset`. */
export const streamEvents = (
  world: World,
  streams: Set<ServerResponse>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): void => {
  const as = url.searchParams.get('as');
  const viewerId = as === null ? world.ownerId : Number(as);
  assertPerson(world, viewerId);
  const me = personView(userOf(world, viewerId));
  const concerns = ({ chatKey }: NumberedEvent): boolean => {
    if (as === null || chatKey === null) return true;
    const chat = world.chats.get(chatKey);
    return chat?.type === 'private' ? String(chat.id) === as : chat?.members[as] !== undefined;
  };
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  const write = (id: number, event: NumberedEvent['event']): void => {
    response.write(`id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  const from = request.headers['last-event-id'] ?? url.searchParams.get('after');
  const missed = typeof from === 'string' ? world.events.after(Number(from)) : [];
  // The id of an event that is still to come would skip the missed ones, should the connection break among them.
  const heard = missed === null || missed.length === 0 ? world.events.lastId() : (missed[0]?.id ?? 1) - 1;
  write(heard, { type: 'hello', me });
  if (missed === null) write(world.events.lastId(), { type: 'reset' });
  const show = (one: NumberedEvent): void => {
    if (!concerns(one)) return;
    const chat = one.chatKey === null ? undefined : world.chats.get(one.chatKey);
    if (one.event.type !== 'chat') write(one.id, one.event);
    // Unread counts and titles depend on who looks, so each listener gets its own view of the chat.
    if (chat !== undefined && ['chat', 'message', 'deleted'].includes(one.event.type))
      write(one.id, { type: 'chat', chat: chatView(world, chat, viewerId) });
  };
  for (const one of missed ?? []) show(one);
  const stop = world.events.subscribe(show);
  const closed = new AbortController();
  streams.add(response);
  response.on('close', () => {
    stop();
    closed.abort();
    streams.delete(response);
  });
  void keepAlive(world, response, closed.signal);
};

const keepAlive = async (world: World, response: ServerResponse, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await world.clock.sleep(keepAliveMs, signal);
    if (!signal.aborted) response.write(': still here\n\n');
  }
};
