import { conversationIdOf } from '@agent-claw/core';
import type { RuntimeSessionId } from '@agent-claw/core';
import { describe } from 'vitest';
import { aLaneId } from '../builders.ts';
import { aDone, scriptedAgentRuntime } from '../fakes/scripted-agent-runtime.ts';
import { agentRuntimeContract } from './agent-runtime-contract.ts';

const laneOf = (place: string) => ({ laneId: aLaneId(place), conversationId: conversationIdOf(aLaneId(place), 0) });

describe('scriptedAgentRuntime', () =>
  agentRuntimeContract(async () => {
    const released = Promise.withResolvers<void>();
    const cut = Promise.withResolvers<void>();
    const state = { runs: 0, isCut: false };
    const runtime = scriptedAgentRuntime(function* script({ messages }, offered) {
      state.runs += 1;
      const word = messages.at(-1)?.text;
      if (word === 'failing')
        return yield { type: 'failed', code: 'model_denied', message: 'The model refused.', retryable: false };
      if (word === 'held') {
        yield { type: 'text', delta: 'One ' };
        yield { type: 'wait', until: Promise.race([released.promise, cut.promise]) };
        if (state.isCut) {
          yield { type: 'cut' };
          yield { type: 'wait', until: released.promise };
        }
      }
      yield { type: 'text', delta: 'two.' };
      const read = [...messages.map(({ id }) => id), ...offered()];
      yield aDone(word === 'held' ? 'One two.' : 'two.', read);
    });
    return {
      runtime,
      session: 'a-session-of-the-contract-000000001' as RuntimeSessionId,
      lanes: [laneOf('1'), laneOf('2')],
      release: () => released.resolve(),
      cut: () => {
        state.isCut = true;
        cut.resolve();
      },
      runs: () => state.runs,
    };
  }));
