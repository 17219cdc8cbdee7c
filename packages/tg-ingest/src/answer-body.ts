import { laneAddressOf } from '@agent-claw/core';
import type { LaneId } from '@agent-claw/core';

// The webhook's answer may carry one Bot API call, at no cost. It holds validated ids and nothing else from the input.

export const typingAction = (laneId: LaneId): string => {
  const { place, thread } = laneAddressOf(laneId);
  return JSON.stringify({
    method: 'sendChatAction',
    chat_id: Number(place),
    action: 'typing',
    ...(thread === undefined ? {} : { message_thread_id: Number(thread) }),
  });
};

/** The bot goes from a group or channel; their ids are negative. */
export const leaveChat = (chatId: number): string => JSON.stringify({ method: 'leaveChat', chat_id: chatId });

/** Shows `text`, if any, for a moment to whoever pressed the button, and ends the waiting sign on it. */
export const callbackAnswer = (queryId: string, text?: string): string =>
  JSON.stringify({ method: 'answerCallbackQuery', callback_query_id: queryId, text });
