// A double in a process of its own, to be killed: `node restart-child.ts <data folder>` prints its address.
import { createTelegramDouble, listen } from '../src/index.ts';
import { realClock, token } from './double-under-test.ts';

const log = { info: () => undefined };
const double = createTelegramDouble({ tokens: [token], clock: realClock, log, dataDir: process.argv[2] ?? '' });
process.stdout.write(`${(await listen(double)).url}\n`);
