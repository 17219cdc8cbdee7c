import type { AccessRecord, Person } from '@agent-claw/core';
import { knockText } from './access-text.ts';
import type { DeskAnswer } from './access-desk.ts';

/** Asks the owner about somebody at the door, for as long as the door is open. Who no longer waits is only told about. */
export const knockCard = ({ pairing }: AccessRecord, person: Person, nowMs: number): DeskAnswer => {
  const markdown = knockText(person);
  const isWaiting = pairing?.pending[person.id] !== undefined && nowMs < pairing.openUntilMs;
  if (!isWaiting) return { markdown };
  const { id } = person;
  return {
    markdown,
    rows: [
      [
        { label: 'Let in', action: { kind: 'order', order: { kind: 'allow', id }, shows: 'outcome' } },
        { label: 'No', action: { kind: 'order', order: { kind: 'deny', id }, shows: 'outcome' } },
      ],
    ],
    expiresAtMs: pairing.openUntilMs,
  };
};
