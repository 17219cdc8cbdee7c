import type { RenderedPart, ReplyRenderer } from '@agent-claw/core';
import { renderPreview, renderReply } from './format/index.ts';
import type { TelegramPart } from './telegram-messenger.ts';

const rendered = (part: TelegramPart): RenderedPart => part as unknown as RenderedPart;

/** Markdown as Telegram messages: text with entities, split at Telegram's limits. */
export const telegramReplyRenderer: ReplyRenderer = {
  final: (markdown) => renderReply(markdown).map(rendered),
  preview: (markdown) => rendered(renderPreview(markdown)),
};
