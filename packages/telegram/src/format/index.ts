export { replyDocuments } from './documents.ts';
export { renderCaption, renderPreview, renderReply } from './render-reply.ts';
export type { ReplyDocument, ReplyEntity, ReplyPart } from './reply-part.ts';
