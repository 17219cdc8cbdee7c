import type { RenderedPart, ReplyRenderer } from '@agent-claw/core';
import { renderCaption, renderPreview, renderReply } from './format/index.ts';
import type { TelegramPart } from './telegram-messenger.ts';

const rendered = (part: TelegramPart): RenderedPart => part as unknown as RenderedPart;

/** Telegram takes 1,024 characters below a file. */
const MAX_CAPTION_CHARS = 1_024;
const captionOf = (text: string): string => Array.from(text).slice(0, MAX_CAPTION_CHARS).join('');

/** Markdown as Telegram messages: text with entities, split at Telegram's limits. */
export const telegramReplyRenderer: ReplyRenderer = {
  final: (markdown) => renderReply(markdown).map(rendered),
  document: (document, caption) => rendered({ text: captionOf(caption), entities: [], document }),
  files: (files) => {
    const { caption, rest } = renderCaption(files[0]?.caption ?? '', MAX_CAPTION_CHARS);
    return [rendered({ ...caption, files }), ...rest.map(rendered)];
  },
  preview: (markdown) => rendered(renderPreview(markdown)),
};
