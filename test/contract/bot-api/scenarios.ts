import type { Scenario } from './scenario.ts';
import { chatScenarios } from './scenarios/chats.ts';
import { mediaScenarios } from './scenarios/media.ts';
import { messageScenarios } from './scenarios/messages.ts';
import { refusalScenarios } from './scenarios/refusals.ts';
import { updateScenarios } from './scenarios/updates.ts';

/** What every client must find at the double, whatever its way of calling. */
export const scenarios: readonly Scenario[] = [
  ...messageScenarios,
  ...mediaScenarios,
  ...chatScenarios,
  ...updateScenarios,
  ...refusalScenarios,
];
