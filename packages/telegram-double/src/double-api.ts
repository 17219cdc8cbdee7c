/** Seconds since the epoch. */
export type EpochS = number;

/** A person or a bot as the page shows them. */
export interface PersonView {
  readonly id: number;
  readonly name: string;
  readonly firstName: string;
  readonly username?: string;
  readonly isBot: boolean;
}

export interface TopicView {
  readonly threadId: number;
  readonly name: string;
  readonly iconColor: number;
  readonly closed: boolean;
  readonly unread: number;
  readonly last?: MessageView;
}

export interface ChatView {
  readonly chatId: string;
  readonly type: 'private' | 'group' | 'supergroup';
  readonly title: string;
  readonly isForum: boolean;
  /** Empty unless `isForum`; the General topic is not listed: it is the chat without a thread. */
  readonly topics: readonly TopicView[];
  readonly members: readonly { readonly person: PersonView; readonly status: MemberStatus }[];
  /** For the person named by `as`. */
  readonly unread: number;
  readonly blocked: boolean;
  /** The list shows the chat with the newest message, or the newest chat, first. */
  readonly createdDate: EpochS;
  readonly migratedTo?: string;
  readonly last?: MessageView;
}

export type MemberStatus = 'creator' | 'administrator' | 'member' | 'left' | 'kicked';

/** A Bot API MessageEntity; offsets and lengths are UTF-16 units. */
export interface EntityView {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly user?: {
    readonly id: number;
    readonly first_name: string;
    readonly is_bot: boolean;
    readonly username?: string;
  };
  readonly custom_emoji_id?: string;
  readonly unix_time?: number;
  readonly date_time_format?: string;
}

export interface MediaView {
  readonly kind: 'photo' | 'document' | 'voice' | 'audio' | 'video' | 'animation' | 'sticker';
  /** Relative: `/_double/files/<uniqueId>`. */
  readonly url: string;
  readonly fileName?: string;
  readonly mimeType: string;
  readonly size: number;
  readonly width?: number;
  readonly height?: number;
  readonly durationS?: number;
}

export interface ButtonView {
  readonly text: string;
  readonly callbackData?: string;
  readonly url?: string;
  readonly copyText?: string;
  readonly style?: string;
}

export interface ReactionView {
  readonly emoji: string;
  readonly userIds: readonly number[];
}

export interface MessageView {
  readonly chatId: string;
  readonly messageId: number;
  readonly threadId?: number;
  readonly from: PersonView;
  readonly date: EpochS;
  readonly editDate?: EpochS;
  /** Text or caption; '' when there is none. */
  readonly text: string;
  readonly entities: readonly EntityView[];
  readonly media?: MediaView;
  /** Messages with the same value form one album. */
  readonly albumId?: string;
  readonly location?: { readonly latitude: number; readonly longitude: number };
  readonly replyTo?: { readonly messageId: number; readonly name: string; readonly text: string };
  readonly forwardedFrom?: string;
  /** Rows of inline keyboard buttons. */
  readonly buttons: readonly (readonly ButtonView[])[];
  /** Rows of a reply keyboard; pressing one sends its text. */
  readonly replyKeyboard?: readonly (readonly string[])[];
  readonly reactions: readonly ReactionView[];
  /** A line in the middle of the chat, such as "You created the group". */
  readonly service?: string;
  readonly silent: boolean;
  readonly pinned: boolean;
}

export interface TypingView {
  readonly chatId: string;
  readonly threadId?: number;
  readonly from: PersonView;
  /** `typing`, `upload_document`, `record_voice`, … */
  readonly action: string;
  readonly untilMs: number;
}

export interface DraftView {
  readonly chatId: string;
  readonly threadId?: number;
  readonly draftId: number;
  readonly from: PersonView;
  /** '' shows as "Thinking…". */
  readonly text: string;
  readonly entities: readonly EntityView[];
  readonly canStop: boolean;
  readonly untilMs: number;
}

export interface CallbackView {
  readonly queryId: string;
  readonly chatId: string;
  readonly messageId: number;
  readonly userId: number;
  readonly data: string;
  readonly answered: boolean;
  readonly text?: string;
  readonly showAlert: boolean;
  readonly url?: string;
}

export interface DoubleState {
  /** Who looks: the person named by `as`, or the owner. */
  readonly me: PersonView;
  readonly bots: readonly PersonView[];
  readonly people: readonly PersonView[];
  readonly chats: readonly ChatView[];
  /** The id of the newest live event; resume the stream from here. */
  readonly lastEventId: number;
}

export interface NewChat {
  readonly type: 'private' | 'group' | 'supergroup';
  readonly as?: number;
  readonly botId?: number;
  readonly title?: string;
  readonly isForum?: boolean;
  readonly members?: readonly number[];
  readonly botStatus?: 'member' | 'administrator' | 'left';
}

export interface NewMessage {
  readonly as?: number;
  readonly text?: string;
  readonly threadId?: number;
  readonly replyTo?: number;
  /** Formatting the person chose; commands, mentions, hashtags and links are found by the double, as clients do. */
  readonly entities?: readonly EntityView[];
  readonly quote?: string;
  readonly location?: { readonly latitude: number; readonly longitude: number };
}

/** What a bot may send: per private chat, per group and minute, in all, and drafts per private chat. */
export type RateLimit = 'private' | 'group' | 'global' | 'draft';

/** One Bot API call as it arrived. The token is not part of it. */
export interface RecordedRequest {
  readonly seq: number;
  readonly botId: number;
  readonly method: string;
  /** Parameters as text or parsed JSON; uploads appear as `{ file: name, size }`. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly atMs: number;
  readonly tookMs: number;
  /** `ok`, or the status and description of the error, or the fault that ended it. */
  readonly outcome: {
    readonly status: number;
    readonly description?: string;
    readonly fault?: string;
    /** The bot sent too fast: no fault asked for this 429. */
    readonly limit?: RateLimit;
  };
  /** How it came: an HTTP call, or the body of a webhook's answer. */
  readonly via: 'http' | 'webhook_answer';
}

/** What goes wrong, for the next `times` matching calls (default 1). */
export interface Fault {
  /** A Bot API method, `getFile` and `download` included, or `*`. */
  readonly method: string;
  readonly chatId?: string;
  readonly times?: number;
  /** How many matching calls pass unharmed first. */
  readonly skip?: number;
  /**
   * - `flood`: 429 with `retryAfterS` (default 3)
   * - `error`: `status` (default 500) and `description` as Telegram's JSON
   * - `html`: `status` (default 502) with an HTML body
   * - `hang`: no answer until the client leaves; nothing happens
   * - `reset_before`: the connection drops and nothing happened
   * - `reset_after`: the connection drops although the call took effect
   * - `slow`: `delayMs` before the normal answer
   * - `truncate`: a download ends after half its bytes
   */
  readonly kind: 'flood' | 'error' | 'html' | 'hang' | 'reset_before' | 'reset_after' | 'slow' | 'truncate';
  readonly retryAfterS?: number;
  readonly status?: number;
  readonly description?: string;
  readonly delayMs?: number;
}

export interface WebhookView {
  readonly botId: number;
  readonly url: string;
  readonly pendingUpdateCount: number;
  readonly inFlight: readonly number[];
  readonly lastErrorDate?: EpochS;
  readonly lastErrorMessage?: string;
  readonly delivered: number;
}

export type DoubleEvent =
  | { readonly type: 'hello'; readonly me: PersonView }
  | { readonly type: 'reset' }
  | { readonly type: 'message'; readonly message: MessageView }
  | { readonly type: 'edited'; readonly message: MessageView }
  | { readonly type: 'deleted'; readonly chatId: string; readonly messageIds: readonly number[] }
  | {
      readonly type: 'reactions';
      readonly chatId: string;
      readonly messageId: number;
      readonly reactions: readonly ReactionView[];
    }
  | { readonly type: 'typing'; readonly typing: TypingView }
  | { readonly type: 'typing_ended'; readonly chatId: string; readonly threadId?: number; readonly from: PersonView }
  | { readonly type: 'draft'; readonly draft: DraftView }
  | { readonly type: 'draft_cleared'; readonly chatId: string; readonly threadId?: number; readonly draftId: number }
  | { readonly type: 'chat'; readonly chat: ChatView }
  | { readonly type: 'callback_answered'; readonly callback: CallbackView }
  | { readonly type: 'commands' }
  | { readonly type: 'person'; readonly person: PersonView };
