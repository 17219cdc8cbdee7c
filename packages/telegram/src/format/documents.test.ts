import { describe, expect, it } from 'vitest';
import { replyDocuments } from './documents.ts';

describe('replyDocuments', () => {
  it('makes no file of an ordinary reply, up to five messages', () => {
    expect([replyDocuments(''), replyDocuments('x'.repeat(5 * 4096))]).toEqual([[], []]);
  });

  it('makes a Markdown file of a reply of more than five messages', () => {
    const markdown = `# T\n\n${'word '.repeat(5000)}`;
    expect(replyDocuments(markdown)).toEqual([{ fileName: 'reply.md', mimeType: 'text/markdown', content: markdown }]);
  });

  it('makes a file of each very long code block, named for its language', () => {
    const code = 'let x;\n'.repeat(2000).trim();
    expect(replyDocuments(`> \`\`\`typescript\n${code.replaceAll(/^/gm, '> ')}\n`)).toEqual([
      { fileName: 'code-1.ts', mimeType: 'text/plain', content: code },
    ]);
  });

  it('lets no language of the model choose a path', () => {
    const markdown = `\`\`\`../../etc\n${'x'.repeat(12_001)}\n\`\`\``;
    expect(replyDocuments(markdown).map((document) => document.fileName)).toEqual(['code-1.txt']);
  });
});
