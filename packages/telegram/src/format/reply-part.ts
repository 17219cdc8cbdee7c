import type { MessageEntity } from '@grammyjs/types';

/** The entity kinds a reply uses; a subset of the Bot API's MessageEntity. */
export type ReplyEntity =
  | (MessageEntity.CommonMessageEntity & {
      type: 'bold' | 'italic' | 'strikethrough' | 'spoiler' | 'code' | 'blockquote' | 'expandable_blockquote';
    })
  | MessageEntity.PreMessageEntity
  | MessageEntity.TextLinkMessageEntity;

/** One Telegram message: plain text plus entities, offsets and lengths in UTF-16 code units. */
export interface ReplyPart {
  text: string;
  entities: ReplyEntity[];
}

/** The same shape before it is cut into messages: any length, entities sorted by offset. */
export type FormattedText = ReplyPart;

/** A file that says what a chat message says badly: a very long reply or a very long code block. */
export interface ReplyDocument {
  fileName: string;
  mimeType: string;
  content: string;
}

/** Telegram counts code points; UTF-16 units are never fewer, so this limit is the stricter one. */
export const MAX_PART_CHARS = 4096;
/** Telegram silently drops the formatting of the 101st entity and all that follow. */
export const MAX_PART_ENTITIES = 100;
