export { replyDocuments } from './documents.ts';
export { renderPreview, renderReply } from './render-reply.ts';
export type { ReplyDocument, ReplyEntity, ReplyPart } from './reply-part.ts';
