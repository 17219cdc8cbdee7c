import { BedrockAgentCoreClient } from '@aws-sdk/client-bedrock-agentcore';
import type { BedrockAgentCoreClientConfig } from '@aws-sdk/client-bedrock-agentcore';

/**
 * For calls that may be repeated: they fail within seconds, so that the caller decides while its own time lasts. The
 * request's limit ends with the first byte of the answer; an answer that stalls after it meets the socket's.
 */
export const CLIENT_LIMITS = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    socketTimeout: 10_000,
    throwOnRequestTimeout: true,
  },
} as const;

/** For files of up to 20 MB: sending one takes its time, and so does reading it. */
export const FILE_LIMITS = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 20_000,
    socketTimeout: 10_000,
    throwOnRequestTimeout: true,
  },
} as const;

/** The container comments every 15 s; a stream that is silent for longer than this is dead. */
const STREAM_SILENCE_MS = 40_000;

/** A client that never repeats an invocation by itself: the runtime may have begun it. */
export const agentCoreClient = (config: BedrockAgentCoreClientConfig = {}): BedrockAgentCoreClient =>
  new BedrockAgentCoreClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1_000, socketTimeout: STREAM_SILENCE_MS },
    ...config,
  });
