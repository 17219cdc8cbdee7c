import type { FaultId } from './fault-ids.ts';
import type { FakeQueue } from './fake-queue.ts';
import type { FakeSessions } from './fake-sessions.ts';
import type { FakeTelegram } from './fake-telegram.ts';
import { OWNER_LANE } from './people.ts';
import type { Deed } from './people.ts';
import type { RemoteDeps } from './remote-call.ts';
import type { heartbeatService } from './services.ts';
import type { SentUpdate } from './sightings.ts';
import type { WebhookSender } from './webhook-sender.ts';

const MINUTE = 60_000;

export interface HappeningsDeps extends RemoteDeps {
  readonly deeds: readonly Deed[];
  readonly telegram: FakeTelegram;
  readonly sender: WebhookSender;
  readonly queue: FakeQueue;
  readonly sessions: FakeSessions;
  readonly heartbeat: ReturnType<typeof heartbeatService>;
  readonly hasSweeps: boolean;
  readonly deploy: () => void;
  readonly closeAccess: () => void;
}

/** What happens to the services from outside. */
export interface Happenings {
  readonly updates: readonly SentUpdate[];
  /** How many deeds are still to come. */
  readonly left: () => number;
  /** How many heartbeats were scheduled. */
  readonly ticks: () => number;
}

/** Lets people, operators and the schedule do what they do. */
export const letHappen = (deps: HappeningsDeps): Happenings => {
  const { timeline, random, faults, note, deeds, telegram, sender, queue, sessions, heartbeat, hasSweeps } = deps;
  const state = { left: deeds.length, ticks: 0 };
  const updates: SentUpdate[] = [];
  const fire = (id: FaultId): void => {
    faults.fire(id);
    note('world', `FAULT ${id}`);
  };

  const say = (update: SentUpdate, body: object): void => {
    state.left -= 1;
    updates.push(update);
    note('person', `${/press|decide/u.test(update.kind) ? 'presses' : 'says'} ${JSON.stringify(body)}`);
    sender.send(update, body);
  };
  const does = (deed: Deed): boolean | void => {
    if (deed.kind === 'update') return say(deed.update, deed.body(telegram.nextId()));
    if (deed.kind === 'press') {
      const pressed = telegram.withButton(deed.update.laneId);
      if (pressed?.stopButton !== undefined) {
        const { id, stopButton } = pressed;
        deed.update.stopsTurn = stopButton;
        // Their phone may have been out of reach for a while: the turn is over by then.
        const lateMs = random.chance(0.4) ? random.int(1_000, 40_000) : 0;
        return timeline.after(lateMs, () => say(deed.update, deed.body(id, stopButton)));
      }
    } else if (deed.kind === 'decide') {
      const card = telegram.withCard(deed.update.laneId);
      const button = card?.card?.flat().find(({ label }) => label === deed.choice);
      if (card !== undefined && button !== undefined) {
        const { choice, isForeign } = deed;
        deed.update.decides = { messageId: card.id, choice, isForeign };
        return say(deed.update, deed.body(card.id, `b:${button.nonce}:${button.index}`));
      }
    } else telegram.deleteNewest(deed.laneId);
    state.left -= 1;
    // A button that is not there cannot be pressed.
    return deed.kind === 'delete';
  };
  for (const deed of deeds) timeline.at(deed.atMs, () => does(deed));

  for (let version = 0; version < 3; version += 1)
    if (faults.on('A8.new_version'))
      timeline.after(random.int(5_000, 300_000), () => {
        deps.deploy();
        fire('A8.new_version');
      });
  // Taken away between append and ring, only the sweep finds the message: its repeat is a stranger's.
  if (hasSweeps && faults.on('R3.access_removed'))
    timeline.after(random.int(5_000, 300_000), () => {
      deps.closeAccess();
      fire('R3.access_removed');
    });
  if (faults.on('Q7.poison'))
    timeline.after(random.int(1_000, 60_000), () => {
      queue.put('{"v":2}');
      fire('Q7.poison');
    });

  const beat = (): void => {
    const scheduledAtMs = timeline.now();
    state.ticks += 1;
    if (sessions.busy(OWNER_LANE)) fire('H2.during_turn');
    heartbeat.tick(scheduledAtMs);
    if (faults.on('H1.fires_twice')) {
      fire('H1.fires_twice');
      timeline.after(random.int(0, 5_000), () => heartbeat.tick(scheduledAtMs));
    }
    if (faults.on('H3.late'))
      timeline.after(random.int(5 * MINUTE, 4 * 60 * MINUTE), () => {
        fire('H3.late');
        heartbeat.tick(scheduledAtMs);
      });
  };
  const sweep = (): void => {
    heartbeat.sweep();
    timeline.after(5 * MINUTE, sweep);
  };
  timeline.after(random.int(0, 4 * MINUTE), beat);
  timeline.after(random.int(30 * MINUTE, 34 * MINUTE), beat);
  if (hasSweeps) timeline.after(random.int(0, 5 * MINUTE), sweep);

  return { updates, left: () => state.left, ticks: () => state.ticks };
};
