import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** One line a function, a container or the embedded platform wrote. */
export interface LogLine {
  /** Name of the function or runtime, or `platform`. */
  readonly source: string;
  readonly line: string;
}

/** Sum of one metric, as CloudWatch would have counted it from the log. */
export interface MetricTotal {
  readonly source: string;
  readonly namespace: string;
  readonly name: string;
  readonly samples: number;
  readonly sum: number;
}

/** Collects the output of child processes: to the log function, to `<dataDir>/logs/<source>.log`, and metrics apart. */
export interface FunctionLogs {
  write(source: string, line: string): void;
  collect(source: string, output: Readable): void;
  metrics(): readonly MetricTotal[];
  close(): Promise<void>;
}

/** @param dataDir null writes no files. */
export const createFunctionLogs = (dataDir: string | null, log: (line: LogLine) => void): FunctionLogs => {
  const files = new Map<string, WriteStream>();
  const totals = new Map<string, MetricTotal>();
  const fileOf = (source: string): WriteStream | null => {
    if (dataDir === null) return null;
    const open = files.get(source);
    if (open !== undefined) return open;
    mkdirSync(join(dataDir, 'logs'), { recursive: true });
    const file = createWriteStream(join(dataDir, 'logs', `${source.replace(/[^\w.-]/g, '_')}.log`), { flags: 'a' });
    // A full disk must not take the product down with its log; the lines still reach the log function.
    file.on('error', () => files.delete(source));
    files.set(source, file);
    return file;
  };
  const write = (source: string, line: string): void => {
    fileOf(source)?.write(`${line}\n`);
    for (const { namespace, name, samples, sum } of metricsIn(line)) {
      const key = `${source} ${namespace} ${name}`;
      const before = totals.get(key);
      totals.set(key, {
        source,
        namespace,
        name,
        samples: (before?.samples ?? 0) + samples,
        sum: (before?.sum ?? 0) + sum,
      });
    }
    log({ source, line });
  };
  return {
    write,
    collect: (source, output) => void createInterface({ input: output }).on('line', (line) => write(source, line)),
    metrics: () => [...totals.values()],
    async close() {
      await Promise.all([...files.values()].map((file) => new Promise<void>((resolve) => file.end(() => resolve()))));
    },
  };
};

interface EmfDocument {
  readonly _aws?: {
    readonly CloudWatchMetrics?: readonly {
      readonly Namespace?: string;
      readonly Metrics?: readonly { readonly Name?: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

// CloudWatch reads a metric only from a line that is JSON from its first character: one with a log prefix is lost, here too.
const metricsIn = (line: string): Omit<MetricTotal, 'source'>[] => {
  if (!line.startsWith('{') || !line.includes('"CloudWatchMetrics"')) return [];
  const document = parseJson(line);
  return (document?._aws?.CloudWatchMetrics ?? []).flatMap(({ Namespace: namespace = '', Metrics = [] }) =>
    Metrics.flatMap(({ Name: name = '' }) => {
      const value = document?.[name];
      const values = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'number');
      return values.length === 0
        ? []
        : [{ namespace, name, samples: values.length, sum: values.reduce((sum, one) => sum + one, 0) }];
    }),
  );
};

const parseJson = (line: string): EmfDocument | null => {
  try {
    return JSON.parse(line) as EmfDocument;
  } catch {
    // Not JSON after all: an ordinary log line.
    return null;
  }
};
