import { agentcoreRuntime } from '@agent-claw/aws/agentcore-runtime';
import { agentCoreClient } from '@agent-claw/aws/aws-clients';
import { conversationIdOf } from '@agent-claw/core';
import type { RuntimeSessionId } from '@agent-claw/core';
import { systemClock } from '@agent-claw/observability/system-clock';
import { aLaneId } from '@agent-claw/testkit';
import { agentRuntimeContract } from '@agent-claw/testkit/contracts';
import { afterAll, beforeAll, describe } from 'vitest';
import { cleanUp, freshFolder } from './container-process.ts';
import { deployContainer } from './deployed-container.ts';
import { startHeldModel } from './held-model.ts';

const session = 'a-session-of-the-contract-000000001' as RuntimeSessionId;

const start = async () => {
  const model = await startHeldModel();
  const deployed = await deployContainer(await freshFolder(), `openai:held@${model.url}`);
  const client = agentCoreClient(deployed.clientConfig);
  const runtime = agentcoreRuntime({ client, runtimeArn: deployed.runtimeArn, clock: systemClock });
  const close = async () => {
    client.destroy();
    await deployed.close();
    model.close();
    await cleanUp();
  };
  return { model, deployed, runtime, close };
};
const shared: { it?: Awaited<ReturnType<typeof start>>; lanes: number } = { lanes: 0 };
beforeAll(async () => {
  shared.it = await start();
});
afterAll(() => shared.it?.close());

const freshLane = () => {
  shared.lanes += 1;
  const laneId = aLaneId(String(shared.lanes));
  return { laneId, conversationId: conversationIdOf(laneId, 0) };
};

// All lanes share one session: only the contract's own end of the session costs a new process.
describe('agentcoreRuntime with the container behind it', () =>
  agentRuntimeContract(async () => {
    const world = shared.it;
    if (world === undefined) throw new Error('The container did not start. See the error above.');
    const { model, deployed, runtime } = world;
    model.hold();
    const runsBefore = model.runs();
    return {
      runtime,
      session,
      lanes: [freshLane(), freshLane()],
      release: model.release,
      cut: deployed.cut,
      runs: () => model.runs() - runsBefore,
    };
  }));
