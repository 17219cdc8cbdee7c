import { describe, expect, it } from 'vitest';
import type { ChatView, MemberStatus } from '../double-api.ts';
import { forwardTargets } from './forward-menu.ts';
import { you } from './page-message.test-kit.ts';

const aChat = (chatId: string, createdDate: number, given: Partial<ChatView> = {}): ChatView => ({
  chatId,
  type: 'supergroup',
  title: `chat ${chatId}`,
  isForum: false,
  topics: [],
  members: [],
  unread: 0,
  blocked: false,
  createdDate,
  ...given,
});
const as = (status: MemberStatus) => ({ members: [{ person: you, status }] });

describe('forward-menu', () => {
  it('offers the chats where the person may write, the latest first, each with its topics', () => {
    const chats = [
      aChat('1', 10, { type: 'private' }),
      aChat('-1', 20, {
        ...as('member'),
        topics: [{ threadId: 2, name: 'Ideas', iconColor: 0, closed: false, unread: 0 }],
      }),
      aChat('-2', 30, as('left')),
      aChat('-3', 40, as('kicked')),
      aChat('-4', 50),
    ];
    expect(forwardTargets({ chats, me: you })).toEqual([
      { icon: 'users', label: 'To chat -1', place: { chatId: '-1' } },
      { icon: 'topic', label: 'To chat -1 › Ideas', place: { chatId: '-1', threadId: 2 } },
      { icon: 'user', label: 'To chat 1', place: { chatId: '1' } },
    ]);
  });
});
