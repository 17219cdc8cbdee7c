// How much of a streaming turn rendering costs. Run: node --conditions=@app/source packages/telegram/bench/render.bench.ts
import { parseMarkdown } from '../src/format/markdown-tree.ts';
import { renderPreview, renderReply } from '../src/format/render-reply.ts';

const budgetMs = 10;
const rounds = 60;

const section = (n: number): string =>
  [
    `## Section ${n}`,
    `Some **bold words**, a [link](https://example.org/${n}) and \`code_${n}\`. ${'Plain prose follows here. '.repeat(12)}`,
    `- first *point*\n- second point\n  - nested point with \`x\``,
    `| Name | Value |\n|---|--:|\n| a${n} | ${n} |\n| b${n} | ${n * 2} |`,
    `\`\`\`ts\n${'export const value = (input: number): number => input * 2;\n'.repeat(4)}\`\`\``,
  ].join('\n\n');
const reply = Array.from({ length: 40 }, (_, n) => section(n))
  .join('\n\n')
  .slice(0, 16 * 1024);

const medianMs = (run: () => unknown): number => {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
};

medianMs(() => renderReply(reply));
const parse = medianMs(() => parseMarkdown(reply));
const rows = [
  ['parse alone', parse],
  ['renderReply', medianMs(() => renderReply(reply))],
  ['renderPreview', medianMs(() => renderPreview(reply))],
  ['renderReply of plain text', medianMs(() => renderReply('plain words '.repeat(1365)))],
] as const;
process.stdout.write(`${reply.length} characters of Markdown, median of ${rounds}\n`);
for (const [name, ms] of rows) {
  process.stdout.write(
    `${name.padEnd(28)} ${ms.toFixed(2)} ms  ${(ms / parse).toFixed(2)} x parse  ${(ms / budgetMs).toFixed(2)} x budget\n`,
  );
}
