import type { MemberStatus } from '../double-api.ts';

export interface UserRecord {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly last_name?: string;
  readonly username?: string;
  readonly language_code?: string;
}

export interface TopicRecord {
  readonly threadId: number;
  readonly name: string;
  readonly iconColor: number;
  readonly closed: boolean;
}

export interface ChatRecord {
  /** The chat's name in the `/_double/` API. */
  readonly key: string;
  /** The chat's id in the Bot API. */
  readonly id: number;
  readonly type: 'private' | 'group' | 'supergroup';
  readonly title?: string;
  readonly isForum: boolean;
  /** Private chats only. */
  readonly botId?: number;
  readonly blocked: boolean;
  /** Where a chat without messages stands in the list; missing counts as long ago. */
  readonly createdS?: number;
  readonly lastMessageId: number;
  readonly members: Readonly<Record<string, MemberStatus>>;
  readonly topics: Readonly<Record<string, TopicRecord>>;
  readonly pinned: readonly number[];
  readonly migratedTo?: number;
  readonly isDeleted?: true;
  /** Private chats: the person has left Telegram. */
  readonly isDeactivated?: true;
  /** Newest message read, by `<userId>` or `<userId>:<threadId>`. */
  readonly read: Readonly<Record<string, number>>;
}

/** Bot API fields of a message that do not depend on who looks: text, photo, reply_markup, … */
export type MessageBody = Readonly<Record<string, unknown>>;

export interface MessageRecord {
  readonly chatKey: string;
  readonly id: number;
  readonly fromId: number;
  readonly date: number;
  readonly editDate?: number;
  readonly threadId?: number;
  readonly replyToId?: number;
  readonly silent: boolean;
  readonly body: MessageBody;
  readonly reactions: Readonly<Record<string, string>>;
}

export interface FileRecord {
  readonly uniqueId: string;
  readonly kind: string;
  readonly name: string;
  readonly mimeType: string;
  readonly size: number;
  readonly path: string;
}

export interface CallbackRecord {
  readonly id: string;
  readonly botId: number;
  readonly userId: number;
  readonly chatKey: string;
  readonly messageId: number;
  readonly data: string;
  readonly atMs: number;
  readonly answer?: { readonly text?: string; readonly showAlert: boolean; readonly url?: string };
}
