// The system under test in its own process: what `npm start` runs, with fault switches in the parent's hand.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFaultSwitches } from '@agent-claw/embedded-aws';
import { parseOptions } from '@agent-claw/local/options';
import { startLocal } from '@agent-claw/local/start-local';
import type { Order, Report } from './local-system.ts';

const send = (report: Report): void => {
  process.send?.(report);
};

/** The heartbeat's function among the stack's resources. */
const heartbeatFunction = (refs: Readonly<Record<string, string>>): string =>
  Object.keys(refs).find((id) => id.startsWith('HeartbeatFunction')) ?? 'Heartbeat';

const faults = createFaultSwitches();
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
        faults.inject(order.match, order.fault, order.times);
        return send({ report: 'injected' });
      case 'calls':
        return send({ report: 'calls', calls: faults.calls() });
      case 'tick': {
        const tick = { v: 1, kind: 'heartbeat', scheduledAt: order.scheduledAt };
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
  send({ report: 'ready', url: system.url, workspaceFolder: system.workspaceFolder, awsEndpoint: system.awsEndpoint });
} catch (error) {
  send({ report: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exitCode = 1;
}
