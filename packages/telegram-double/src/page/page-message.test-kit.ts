import type { ChatView, MessageView, PersonView } from '../double-api.ts';

export const you: PersonView = { id: 1, name: 'You', firstName: 'You', isBot: false };
export const aBot: PersonView = { id: 2, name: 'Bot', firstName: 'Bot', isBot: true };

/** A message for tests; give only what the test is about. */
export const aMessage = (messageId: number, given: Partial<MessageView> = {}): MessageView => ({
  chatId: '1',
  messageId,
  from: you,
  date: 1000 + messageId,
  text: `text ${messageId}`,
  entities: [],
  buttons: [],
  reactions: [],
  silent: false,
  pinned: false,
  ...given,
});

/** A chat for tests; give only what the test is about. */
export const aChat = (chatId: string, given: Partial<ChatView> = {}): ChatView => ({
  chatId,
  type: 'private',
  title: `chat ${chatId}`,
  isForum: false,
  topics: [],
  members: [],
  unread: 0,
  blocked: false,
  createdDate: 0,
  ...given,
});
