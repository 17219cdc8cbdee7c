import { describe, expect, it } from 'vitest';
import type { ChatView, MemberStatus } from '../double-api.ts';
import { forwardTargets } from './forward-menu.ts';
import { aChat, you } from './page-message.test-kit.ts';

const aGroup = (chatId: string, createdDate: number, given: Partial<ChatView>): ChatView =>
  aChat(chatId, { type: 'supergroup', createdDate, ...given });
const as = (status: MemberStatus) => ({ members: [{ person: you, status }] });

describe('forward-menu', () => {
  it('offers the chats where the person may write, the latest first, each with its topics', () => {
    const chats = [
      aChat('1', { createdDate: 10 }),
      aGroup('-1', 20, {
        ...as('member'),
        topics: [{ threadId: 2, name: 'Ideas', iconColor: 0, closed: false, unread: 0 }],
      }),
      aGroup('-2', 30, as('left')),
      aGroup('-3', 40, as('kicked')),
      aGroup('-4', 50, {}),
    ];
    expect(forwardTargets({ chats, me: you })).toEqual([
      { icon: 'users', label: 'To chat -1', place: { chatId: '-1' } },
      { icon: 'topic', label: 'To chat -1 › Ideas', place: { chatId: '-1', threadId: 2 } },
      { icon: 'user', label: 'To chat 1', place: { chatId: '1' } },
    ]);
  });
});
