export { type CheckedUrl, checkUrl } from './check-url.ts';
export { findEntities } from './find-entities.ts';
export type { FormattedText } from './clean-text.ts';
export { repairText } from './formatted-text.ts';
export { parseHtml } from './parse-html.ts';
export { parseMarkdown } from './parse-markdown.ts';
export { parseMarkdownV2 } from './parse-markdown-v2.ts';
