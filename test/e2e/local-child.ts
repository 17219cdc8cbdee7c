// The system under test in its own process: what `npm start` runs, with fault switches in the parent's hand.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AwsError, createFaultSwitches } from '@agent-claw/embedded-aws';
import type { ActiveFault, Fault } from '@agent-claw/embedded-aws';
import { parseOptions } from '@agent-claw/local/options';
import { startLocal } from '@agent-claw/local/start-local';
import type { Order, Report, SentFault } from './local-system.ts';

const send = (report: Report): void => {
  process.send?.(report);
};

/** The heartbeat's function among the stack's resources. */
const heartbeatFunction = (refs: Readonly<Record<string, string>>): string =>
  Object.keys(refs).find((id) => id.startsWith('HeartbeatFunction')) ?? 'Heartbeat';

const faultOf = (sent: SentFault): Fault =>
  'code' in sent
    ? { kind: sent.kind, error: new AwsError(sent.code, sent.status, sent.message ?? 'Planted by a test.') }
    : sent;

const faults = createFaultSwitches();
const planted: ActiveFault[] = [];
const parsed = parseOptions(process.argv.slice(2), {});
if (parsed.kind !== 'run') throw new Error(`Bad flags for the system under test: ${JSON.stringify(parsed)}`);
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

try {
  const system = await startLocal(parsed.options, {
    root,
    environment: process.env,
    say: (line) => process.stdout.write(`${line}\n`),
    onLog: ({ line }) => send({ report: 'log', line }),
    faults,
  });
  process.on('message', (order: Order) => {
    switch (order.order) {
      case 'inject':
        planted.push(faults.inject(order.match, faultOf(order.fault), order.times));
        return send({ report: 'injected' });
      case 'heal':
        for (const fault of planted) fault.off();
        return send({ report: 'healed', fired: planted.splice(0).reduce((sum, fault) => sum + fault.fired(), 0) });
      case 'calls':
        return send({ report: 'calls', calls: faults.calls() });
      case 'tick': {
        const tick = { v: 1, kind: order.kind, scheduledAt: order.scheduledAt };
        system.cloud.invoke(heartbeatFunction(system.cloud.refs), tick).then(
          (outcome) => send({ report: 'ticked', outcome }),
          (error: unknown) => send({ report: 'failed', reason: String(error) }),
        );
      }
    }
  });
  process.once('SIGTERM', () => {
    void system.stop().then(() => process.exit(0));
  });
  const { url, workspaceFolder, claimLink, cloud } = system;
  const aws = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.ownerCredentials };
  send({ report: 'ready', url, workspaceFolder, claimLink, aws, refs: cloud.refs });
} catch (error) {
  send({ report: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exitCode = 1;
}
