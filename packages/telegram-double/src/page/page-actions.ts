import type { ButtonView, DraftView, MessageView, NewChat } from '../double-api.ts';
import type { FileMode, MenuCommand } from './double-client.ts';
import type { MenuPlace } from './message-menu.ts';
import type { Place } from './page-state.ts';

/** What a person can do on the page. Failures are shown as a toast; none of these throws. */
export interface PageActions {
  readonly open: (place: Place) => void;
  readonly close: () => void;
  /** @returns false when the double did not take the text, so that it can be given back to its writer. */
  readonly send: (text: string, replyTo: MessageView | null) => Promise<boolean>;
  /** @returns false when the double refused the files, so that the composer keeps them. */
  readonly sendFiles: (
    files: readonly File[],
    mode: FileMode,
    text: string,
    replyTo: MessageView | null,
  ) => Promise<boolean>;
  readonly saveEdit: (message: MessageView, text: string) => void;
  /** @returns false when the double did not take them all. */
  readonly forward: (messages: readonly MessageView[], to: Place) => Promise<boolean>;
  readonly remove: (message: MessageView) => void;
  readonly react: (message: MessageView, emoji: string | null) => void;
  /** Resolves when the bot has answered or the answer has taken too long. */
  readonly press: (message: MessageView, button: ButtonView, row: number, column: number) => Promise<void>;
  readonly stopDraft: (draft: DraftView) => void;
  readonly loadEarlier: () => void;
  readonly commands: (chatId: string) => Promise<readonly MenuCommand[]>;
  readonly setBlocked: (chatId: string, blocked: boolean) => void;
  /** Adds a bot to a group, or takes it out: the bot hears of it, as in Telegram. */
  readonly setBotIn: (chatId: string, botId: number, isIn: boolean) => void;
  readonly actAs: (personId: number) => void;
  readonly addPerson: (firstName: string) => void;
  readonly addChat: (chat: NewChat) => void;
  readonly addTopic: (chatId: string, name: string) => void;
  readonly startReply: (message: MessageView) => void;
  readonly startEdit: (message: MessageView) => void;
  /** Lets the person choose where these messages go, in a menu at `at`, and shows them there. */
  readonly startForward: (messages: readonly MessageView[], at: MenuPlace) => void;
  readonly insert: (text: string) => void;
  readonly copy: (text: string) => void;
}
