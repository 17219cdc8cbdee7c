import type { Code, Nodes } from 'mdast';
import { parseMarkdown, unlessTooDeep } from './markdown-tree.ts';
import type { ReplyDocument } from './reply-part.ts';
import { renderReply } from './render-reply.ts';

const maxParts = 5;
const maxCodeChars = 12_000;

const extensions: Readonly<Record<string, string>> = {
  bash: 'sh',
  csharp: 'cs',
  javascript: 'js',
  kotlin: 'kt',
  markdown: 'md',
  python: 'py',
  ruby: 'rb',
  rust: 'rs',
  shell: 'sh',
  typescript: 'ts',
};

/**
 * The files that serve a reader better than messages: the whole reply when it needs more than 5 parts, and each code
 * block over 12,000 characters. `[]` for every ordinary reply.
 */
export const replyDocuments = (markdown: string): ReplyDocument[] => {
  const documents: ReplyDocument[] = [];
  if (renderReply(markdown).length > maxParts) {
    documents.push({ fileName: 'reply.md', mimeType: 'text/markdown', content: markdown.toWellFormed() });
  }
  if (markdown.length <= maxCodeChars) return documents;
  for (const [index, code] of unlessTooDeep(
    () => longCode(markdown),
    () => [],
  ).entries()) {
    const fileName = `code-${index + 1}.${extensionOf(code.lang ?? '')}`;
    documents.push({ fileName, mimeType: 'text/plain', content: code.value });
  }
  return documents;
};

const longCode = (markdown: string): Code[] => {
  const found: Code[] = [];
  const pending: Nodes[] = [parseMarkdown(markdown).root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'code' && node.value.length > maxCodeChars) found.push(node);
    if ('children' in node) pending.push(...node.children.toReversed());
  }
  return found;
};

// The language is the model's text: only a harmless word may become part of a file name.
const extensionOf = (language: string): string => {
  const name = language.toLowerCase();
  return extensions[name] ?? (/^[a-z0-9]{1,8}$/.test(name) ? name : 'txt');
};
