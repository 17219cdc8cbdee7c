import type { Overheard, TurnMessage } from '@agent-claw/core';
import { TextBlock } from '@strands-agents/sdk';
import type { ContentBlock } from '@strands-agents/sdk';
import type { ShowMedia, Shown } from '../media/show-media.ts';
import { envelopeMessages, envelopeOverheard } from './message-envelope.ts';

/** The user side of a model call. */
export interface Presented {
  /** The envelopes first, then the pictures and documents in their order. */
  readonly content: readonly ContentBlock[];
  /** Lines for the person about files that could not be read; said for certain, whatever the model says. */
  readonly notices: readonly string[];
}

/** Only words. */
export const asPrompt = (text: string): Presented => ({ content: [new TextBlock(text)], notices: [] });

/** What people said and sent, as the model gets it. */
export const presentMessages = async (
  messages: readonly TurnMessage[],
  timeZone: string,
  show: ShowMedia,
  overheard: readonly Overheard[] = [],
): Promise<Presented> => {
  const shown = new Map<object, Shown>();
  // One after the other: each takes from the room of those behind it.
  for (const attachment of messages.flatMap((message) => message.attachments ?? []))
    shown.set(attachment, await show(attachment));
  // After those that were sent, which shall have their room. About these the model tells what there is to tell.
  for (const attachment of messages.flatMap(({ replyTo }) => replyTo?.attachments ?? [])) {
    const { notice: _notice, ...rest } = await show(attachment);
    shown.set(attachment, rest);
  }
  const all = [...shown.values()];
  return {
    content: [
      new TextBlock(
        envelopeOverheard(overheard, timeZone) +
          envelopeMessages(messages, timeZone, (attachment) => shown.get(attachment) ?? {}),
      ),
      ...all.flatMap(({ block }) => block ?? []),
    ],
    notices: all.flatMap(({ notice }) => notice ?? []),
  };
};
