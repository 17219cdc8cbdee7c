// What formatting costs at worst. Run: node --conditions=@app/source test/bench/render-reply.bench.ts
import { renderPreview, renderReply } from '@agent-claw/telegram/format';
import { hostileMarkdown } from '@agent-claw/telegram/format/hostile-markdown';

const chars = 65_536;
const budgetMs = 100;
const rounds = 3;
/** A sample of the edits of a draft. */
const charsBetweenPreviews = 4000;

// Time on the processor, so that what else runs on this machine does not count.
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const bestMs = (run: () => unknown): number =>
  Math.min(
    ...Array.from({ length: rounds }, () => {
      const start = cpuMs();
      run();
      return cpuMs() - start;
    }),
  );

const section = (n: number): string =>
  [
    `## Section ${n}`,
    `Some **bold words**, a [link](https://example.org/${n}) and \`code_${n}\`. ${'Plain prose follows here. '.repeat(12)}`,
    `- first *point*\n- second point\n  - nested point with \`x\``,
    `| Name | Value |\n|---|--:|\n| a${n} | ${n} |\n| b${n} | ${n * 2} |`,
    `\`\`\`ts\n${'export const value = (input: number): number => input * 2;\n'.repeat(4)}\`\`\``,
  ].join('\n\n');
const ordinary = Array.from({ length: 100 }, (_, n) => section(n))
  .join('\n\n')
  .slice(0, chars);
const plain = 'plain words here. '.repeat(4000).slice(0, chars);

const streamMs = (markdown: string): number => {
  const start = cpuMs();
  for (let end = 0; end < markdown.length; end += charsBetweenPreviews) renderPreview(markdown.slice(0, end));
  return cpuMs() - start;
};

const inputs = [['plain text', plain], ['ordinary reply', ordinary], ...hostileMarkdown(chars)] as const;
for (const [, markdown] of inputs) renderReply(markdown.slice(0, 3000));
for (let n = 0; n < 5; n += 1) renderReply(ordinary);

const rows = inputs.map(([name, markdown]) => ({
  name,
  ms: bestMs(() => renderReply(markdown)),
  streamMs: streamMs(markdown),
  previews: Math.ceil(markdown.length / charsBetweenPreviews),
  parts: renderReply(markdown).length,
}));
const plainMs = rows[0]?.ms ?? 1;
const shown = [...rows.slice(0, 2), ...rows.slice(2).toSorted((a, b) => b.ms - a.ms)].slice(0, 14);
process.stdout.write(`${inputs.length} inputs of ${chars} characters: the two usual ones, then the worst\n`);
for (const { name, ms, streamMs: total, previews, parts } of shown) {
  process.stdout.write(
    `${name.padEnd(24)} ${ms.toFixed(1).padStart(6)} ms ${(ms / plainMs).toFixed(2).padStart(6)} x plain  ${parts} parts  ` +
      `${(total / previews).toFixed(1)} ms a preview\n`,
  );
}
const over = rows.filter(({ ms }) => ms > budgetMs);
const dearest = Math.max(...rows.map((row) => row.streamMs / row.previews));
process.stdout.write(`over ${budgetMs} ms: ${over.length}; dearest stream: ${dearest.toFixed(1)} ms a preview\n`);
process.exitCode = over.length === 0 ? 0 : 1;
