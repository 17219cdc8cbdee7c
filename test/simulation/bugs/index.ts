import type { PlantedBug } from '../driver/planted-bug.ts';
import { accessNotAskedAtSend } from './access-not-asked-at-send.ts';
import { ackBeforeAppend } from './ack-before-append.ts';
import { acknowledgedAfterLostLease } from './acknowledged-after-lost-lease.ts';
import { appendNotRepeatable } from './append-not-repeatable.ts';
import { blindSendRetry } from './blind-send-retry.ts';
import { conversationNotFenced } from './conversation-not-fenced.ts';
import { crashesNeverPark } from './crashes-never-park.ts';
import { duplicateDoesNotRing } from './duplicate-does-not-ring.ts';
import { finishRemovesEverything } from './finish-removes-everything.ts';
import { heartbeatNamedByFiring } from './heartbeat-named-by-firing.ts';
import { highWaterMark } from './high-water-mark.ts';
import { lostFinalEdit } from './lost-final-edit.ts';
import { noFenceCheck } from './no-fence-check.ts';
import { noIfMatch } from './no-if-match.ts';
import { noNoteBeforeSend } from './no-note-before-send.ts';
import { noSkewMargin } from './no-skew-margin.ts';
import { paceNotKept } from './pace-not-kept.ts';
import { permitNeverRefuses } from './permit-never-refuses.ts';
import { placeholderLeft } from './placeholder-left.ts';
import { releaseWithoutOwner } from './release-without-owner.ts';
import { ringBeforeRelease } from './ring-before-release.ts';
import { savedTurnNotLookedUp } from './saved-turn-not-looked-up.ts';
import { steeredAnsweredTwice } from './steered-answered-twice.ts';
import { steeredCountsAsConsumed } from './steered-counts-as-consumed.ts';
import { stopReachesNewer } from './stop-reaches-newer.ts';
import { thirdCopy } from './third-copy.ts';
import { editKeepsOldWords } from './edit-keeps-old-words.ts';
import { buttonStopsAnyTurn } from './button-stops-any-turn.ts';
import { buttonReachesAll } from './button-reaches-all.ts';
import { parkedInSilence } from './parked-in-silence.ts';
import { anybodyConsents } from './anybody-consents.ts';
import { cardDoubtUntold } from './card-doubt-untold.ts';
import { cardNeverExpires } from './card-never-expires.ts';
import { cardStaysOpen } from './card-stays-open.ts';
import { consentNotKept } from './consent-not-kept.ts';
import { decisionAsAside } from './decision-as-aside.ts';

/** Every mistake that the simulation has to find. */
export const BUGS: readonly PlantedBug[] = [
  accessNotAskedAtSend,
  ackBeforeAppend,
  acknowledgedAfterLostLease,
  appendNotRepeatable,
  blindSendRetry,
  conversationNotFenced,
  crashesNeverPark,
  duplicateDoesNotRing,
  finishRemovesEverything,
  heartbeatNamedByFiring,
  highWaterMark,
  lostFinalEdit,
  noFenceCheck,
  noIfMatch,
  noNoteBeforeSend,
  noSkewMargin,
  paceNotKept,
  permitNeverRefuses,
  placeholderLeft,
  releaseWithoutOwner,
  ringBeforeRelease,
  savedTurnNotLookedUp,
  steeredAnsweredTwice,
  steeredCountsAsConsumed,
  stopReachesNewer,
  thirdCopy,
  editKeepsOldWords,
  buttonStopsAnyTurn,
  buttonReachesAll,
  parkedInSilence,
  anybodyConsents,
  cardDoubtUntold,
  cardNeverExpires,
  cardStaysOpen,
  consentNotKept,
  decisionAsAside,
];
