// A server in a process of its own, for the checks that kill it. It ends with its parent.
import { startLocal } from './target.ts';

const { endpoint } = await startLocal(process.argv[2] ?? '');
process.on('disconnect', () => process.exit(1));
process.send?.(endpoint);
