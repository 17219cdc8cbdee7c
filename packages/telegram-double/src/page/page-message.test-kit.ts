import type { MessageView, PersonView } from '../double-api.ts';

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
