import { anEntry } from '@agent-claw/testkit';
import type { aLegWorld } from './leg-world.ts';

type World = ReturnType<typeof aLegWorld>;

/** The buttons that the newest message with any shows, by what they read. */
export const buttonsIn = (world: World) => {
  const message = world.messenger.shown().findLast(({ keyboard }) => keyboard !== undefined);
  const buttons = message?.keyboard?.flat() ?? [];
  return { messageId: message?.messageId ?? 0, buttons, labels: buttons.map(({ label }) => label) };
};

/** A press on the button that reads `label` at this moment. */
export const aPress = (world: World, sequence: number, label: string, from = '4242001') => {
  const { messageId, buttons } = buttonsIn(world);
  const button = buttons.find((one) => one.label === label);
  if (button === undefined) throw new Error(`No button reads "${label}".`);
  const { nonce, index } = button;
  return anEntry(sequence, {
    kind: 'button',
    text: '',
    sender: { id: from, name: 'Ada' },
    pressed: { nonce, index, messageId },
  });
};
