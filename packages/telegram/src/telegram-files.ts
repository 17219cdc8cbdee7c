import { MEDIA_MAX_BYTES } from '@agent-claw/core';
import type { BotSecretSource, Clock, FetchMediaOutcome, Log, MediaSource, Permit } from '@agent-claw/core';
import * as z from 'zod/mini';
import { readCapped } from './read-capped.ts';

export interface TelegramFilesOptions {
  readonly secret: BotSecretSource;
  /** Without a trailing slash. */
  readonly apiRoot: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** One request, from its beginning to its last byte. */
const REQUEST_LIMIT_MS = 30_000;
/** Pauses before a request that may succeed later is made again. */
const RETRY_AFTER_MS = [500, 2_000] as const;
/** Telegram's own wait is sat out up to here. */
const LONGEST_WAIT_MS = 5_000;

/** What one try came to. Holds nothing of the request: its address has the token in it. */
type Try = FetchMediaOutcome | { readonly kind: 'again'; readonly afterMs?: number; readonly freshToken?: boolean };

const AGAIN = { kind: 'again' } as const;
const unavailable = (problem: 'too_big' | 'gone' | 'unreachable') => ({ kind: 'unavailable', problem }) as const;

const answerSchema = z.object({
  ok: z.boolean(),
  description: z.optional(z.string()),
  parameters: z.optional(z.object({ retry_after: z.optional(z.number()) })),
  result: z.optional(z.object({ file_path: z.optional(z.string()), file_size: z.optional(z.number()) })),
});

/** A path below the bot's own files and nowhere else. */
const isSafePath = (path: string): boolean =>
  /^[\w-][\w.,@+ /-]*$/u.test(path) && !path.split('/').some((part) => part === '' || /^\.+$/u.test(part));

/** Downloads files that people sent. The address of a file holds the token: it is never logged, stored or returned. */
export const telegramFiles = ({ secret, apiRoot, clock, log }: TelegramFilesOptions): MediaSource => {
  const request = async (url: string, permit: Permit, signal: AbortSignal, init: RequestInit = {}) => {
    const mayLastMs = permit();
    if (mayLastMs === null || signal.aborted) return null;
    const limit = AbortSignal.timeout(Math.min(mayLastMs, REQUEST_LIMIT_MS));
    // A redirect could carry the token to another host.
    return await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.any([signal, limit]) });
  };

  const attempt = async (fileId: string, fresh: boolean, permit: Permit, signal: AbortSignal): Promise<Try> => {
    const { botToken } = await secret.get({ fresh });
    const asked = await request(`${apiRoot}/bot${botToken}/getFile`, permit, signal, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ file_id: fileId }),
    });
    if (asked === null) return { kind: 'withheld' };
    const found = whereItIs(asked.status, jsonIn(await textOf(asked)));
    if (found.kind !== 'at') return found;
    const path = found.path.split('/').map(encodeURIComponent).join('/');
    const answer = await request(`${apiRoot}/file/bot${botToken}/${path}`, permit, signal);
    if (answer === null) return { kind: 'withheld' };
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return afterRefusal(answer.status);
    }
    const read = await readCapped(answer, MEDIA_MAX_BYTES);
    switch (read.kind) {
      case 'too_big':
        return unavailable('too_big');
      case 'cut':
        return AGAIN;
      case 'whole':
        return { kind: 'fetched', bytes: read.bytes };
    }
  };

  return {
    async fetch(fileId, permit, signal) {
      let fresh = false;
      for (const pauseMs of [...RETRY_AFTER_MS, null]) {
        const outcome: Try = await attempt(fileId, fresh, permit, signal).catch((error: unknown) => {
          // The error may quote the address; its name says enough.
          if (!signal.aborted)
            log.warn('file_request_failed', { error: error instanceof Error ? error.name : 'unknown' });
          return AGAIN;
        });
        if (outcome.kind !== 'again') return outcome;
        if (signal.aborted) return { kind: 'withheld' };
        const waitMs = Math.max(pauseMs ?? 0, outcome.afterMs ?? 0);
        if (pauseMs === null || waitMs > LONGEST_WAIT_MS) break;
        fresh = outcome.freshToken ?? false;
        await clock.sleep(waitMs, signal);
        if (signal.aborted) return { kind: 'withheld' };
      }
      return unavailable('unreachable');
    },
  };
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's error page; the status says the rest.
    return undefined;
  }
};

/** An answer of getFile is small; what is not is no answer of it. */
const textOf = async (response: Response): Promise<string> => {
  const read = await readCapped(response, 64 * 1024);
  return read.kind === 'whole' ? new TextDecoder().decode(read.bytes) : '';
};

const whereItIs = (status: number, json: unknown): Try | { readonly kind: 'at'; readonly path: string } => {
  const answer = answerSchema.safeParse(json);
  if (!answer.success) return afterRefusal(status);
  const { ok, description = '', parameters, result } = answer.data;
  if (!ok) {
    if (status === 429) return { kind: 'again', afterMs: (parameters?.retry_after ?? 1) * 1000 };
    if (status === 400) return refusedAs(description.toLowerCase());
    return afterRefusal(status);
  }
  if ((result?.file_size ?? 0) > MEDIA_MAX_BYTES) return unavailable('too_big');
  const path = result?.file_path ?? '';
  // A Bot API server on one's own machine answers with a path of its disk; that is not ours to read.
  return isSafePath(path) ? { kind: 'at', path } : unavailable('gone');
};

const refusedAs = (description: string): Try => {
  if (description.includes('file is too big')) return unavailable('too_big');
  return description.includes('temporarily unavailable') ? AGAIN : unavailable('gone');
};

/** 401: the token may have been rotated since it was read. 404: the link has expired, and getFile gives a new one. */
const afterRefusal = (status: number): Try => {
  if (status === 401) return { kind: 'again', freshToken: true };
  if (status === 404 || status === 429 || status >= 500) return AGAIN;
  return unavailable(status === 413 ? 'too_big' : 'gone');
};
