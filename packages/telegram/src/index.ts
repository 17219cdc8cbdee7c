export { replyDocuments } from './format/documents.ts';
export { renderReply } from './format/render-reply.ts';
export type { ReplyDocument, ReplyEntity, ReplyPart } from './format/reply-part.ts';
