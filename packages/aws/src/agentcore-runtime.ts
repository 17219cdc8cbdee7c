import { PermanentError, RetryableError } from '@agent-claw/core';
import type { AgentRuntime, Clock, RuntimeSessionId, SessionTranscriber, TurnEvent } from '@agent-claw/core';
import { hearingSchema, runtimeAnswerSchema, turnEventSchema } from '@agent-claw/protocol';
import type { RuntimeRequest } from '@agent-claw/protocol';
import { InvokeAgentRuntimeCommand, StopRuntimeSessionCommand } from '@aws-sdk/client-bedrock-agentcore';
import type { BedrockAgentCoreClient } from '@aws-sdk/client-bedrock-agentcore';
import { sseData } from './sse.ts';
import { translated, vendorFacts } from './vendor-error.ts';

export interface AgentcoreRuntimeOptions {
  /** One that repeats nothing by itself: `agentCoreClient`. */
  readonly client: BedrockAgentCoreClient;
  readonly runtimeArn: string;
  readonly clock: Clock;
}

/** Pauses while the session is being made or ended. */
const CONFLICT_PAUSES_MS = [100, 300, 900, 2_000] as const;

interface Body extends AsyncIterable<Uint8Array> {
  destroy?(): void;
}

/** The container behind AgentCore. `steer`, `stop` and `turn` carry the fence, and the container refuses an old one. */
export const agentcoreRuntime = (options: AgentcoreRuntimeOptions): AgentRuntime => {
  const ask = async (session: RuntimeSessionId, request: RuntimeRequest, signal: AbortSignal): Promise<boolean> => {
    const body = await invoke(options, session, request, signal);
    return runtimeAnswerSchema.parse(JSON.parse(await textOf(body, request.op))).accepted;
  };
  return {
    turn: async function* turn(session, call, signal) {
      const { overheard, allowed, ...asked } = call;
      const lists = {
        ...(overheard === undefined ? {} : { overheard: overheard.map((one) => ({ ...one })) }),
        ...(allowed === undefined ? {} : { allowed: [...allowed] }),
      };
      const request = { op: 'turn', ...asked, ...lists, messages: plain(call.messages) } as const;
      const body = await invoke(options, session, request, signal);
      try {
        yield* events(body);
      } catch (error) {
        // Cut, silent for too long, or aborted: the run goes on, and its outcome is asked for again.
        if (error instanceof PermanentError) throw error;
      } finally {
        body.destroy?.();
      }
    },
    steer: (session, { laneId, turnId, fence, messages }, signal) =>
      ask(session, { op: 'steer', laneId, turnId, fence, messages: plain(messages) }, signal),
    stop: (session, { laneId, turnId, fence }, signal) => ask(session, { op: 'stop', laneId, turnId, fence }, signal),
    endSession: async (session) => {
      try {
        await options.client.send(
          new StopRuntimeSessionCommand({ agentRuntimeArn: options.runtimeArn, runtimeSessionId: session }),
        );
      } catch (error) {
        // A session that is not there has ended already.
        if (vendorFacts(error).status !== 404) throw translated(`End of runtime session ${session}`, error);
      }
    },
  };
};

/** The ear of a runtime session: the container waits for the end of a recording and says when it is not there yet. */
export const agentcoreTranscriber = (options: AgentcoreRuntimeOptions): SessionTranscriber => ({
  hear: async (session, { laneId, file }, signal) => {
    const body = await invoke(options, session, { op: 'transcribe', laneId, file }, signal);
    const hearing = hearingSchema.safeParse(jsonIn(await textOf(body, 'transcribe')));
    if (!hearing.success) throw new RetryableError('The agent container did not say what it heard. Ask again.');
    const { data } = hearing;
    if (data.kind !== 'not_heard' || data.detail === undefined)
      return data.kind === 'not_heard' ? { kind: 'not_heard' } : data;
    return { kind: 'not_heard', detail: data.detail };
  },
});

type Messages = Extract<RuntimeRequest, { op: 'turn' }>['messages'];
/** The container's schema is strict: an entry's other fields stay here. */
const plain = (messages: readonly Readonly<Record<keyof Messages[number], unknown> | object>[]): Messages =>
  messages.map((message) => {
    const { id, sentAtEpochS, sequence, sender, text, attachments, replyTo, forwardedFrom } =
      message as Messages[number];
    return { id, sentAtEpochS, sequence, sender, text, attachments, replyTo, forwardedFrom };
  });

const invoke = async (
  { client, runtimeArn, clock }: AgentcoreRuntimeOptions,
  session: RuntimeSessionId,
  request: RuntimeRequest,
  signal?: AbortSignal,
): Promise<Body> => {
  const command = new InvokeAgentRuntimeCommand({
    agentRuntimeArn: runtimeArn,
    runtimeSessionId: session,
    contentType: 'application/json',
    accept: request.op === 'turn' ? 'text/event-stream' : 'application/json',
    payload: JSON.stringify(request),
  });
  for (const pauseMs of [...CONFLICT_PAUSES_MS, null]) {
    try {
      const { response } = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
      if (response !== undefined) return response as unknown as Body;
      throw new RetryableError(`Call of ${request.op} on the agent runtime had an answer without a body. Ask again.`);
    } catch (error) {
      if (error instanceof RetryableError) throw error;
      if (vendorFacts(error).name === 'RetryableConflictException' && pauseMs !== null && signal?.aborted !== true) {
        await clock.sleep(pauseMs, signal);
        continue;
      }
      throw refusal(request.op, error);
    }
  }
  throw new RetryableError(`Call of ${request.op} on the agent runtime was refused. Try again.`);
};

/** 424: the container failed or is starting; a conflict: the session is being made or ended. Both pass. */
const refusal = (op: string, error: unknown): Error => {
  const { name } = vendorFacts(error);
  const attempted = `Call of ${op} on the agent runtime`;
  if (name === 'RuntimeClientError' || name === 'RetryableConflictException' || name === 'ConflictException')
    return new RetryableError(`${attempted} failed: ${name}. Another attempt may succeed.`, { cause: error });
  return translated(attempted, error);
};

async function* events(body: Body): AsyncGenerator<TurnEvent> {
  for await (const data of sseData(body)) {
    const event = eventIn(data);
    yield event;
    if (event.type === 'done' || event.type === 'failed' || event.type === 'refused') return;
  }
}

const eventIn = (data: string): TurnEvent => {
  const parsed = turnEventSchema.safeParse(jsonIn(data));
  if (parsed.success) return parsed.data as TurnEvent;
  throw new PermanentError(
    'The agent container sent an event of an unknown form. Deploy runner and container together.',
  );
};

const jsonIn = (data: string): unknown => {
  try {
    return JSON.parse(data);
  } catch {
    // Not JSON is as foreign as a wrong shape, and the caller reports both the same way.
    return undefined;
  }
};

const textOf = async (body: Body, op: string): Promise<string> => {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk);
  } catch (error) {
    body.destroy?.();
    throw new RetryableError(`The answer to ${op} was cut. Ask again.`, { cause: error });
  }
  return Buffer.concat(chunks).toString('utf8');
};
