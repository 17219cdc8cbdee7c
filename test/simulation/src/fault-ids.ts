/**
 * What can go wrong, by where it happens: W Telegram to gateway, I ingest, Q queue, L lane item, A runtime sessions,
 * V conversations, S workspace, T Bot API, M model, H heartbeat and sweep, R configuration, C Lambda.
 *
 * Every remote call has four faults of its own, `<where>.<call>.<kind>`:
 * `refused` before its effect, `lost`: effect done and answer lost, `crash`: the caller dies right after the effect,
 * `frozen`: the caller stands still and goes on 40 to 440 s later.
 *
 * Left out, because they cannot occur here:
 *
 * | id                  | reason                                                                                       |
 * | ------------------- | -------------------------------------------------------------------------------------------- |
 * | I4 secret fetch     | ingest holds no secret: it compares digests from its environment                              |
 * | Q2 dedup window     | the queue is no FIFO queue; doubled wakes are Q1 and `Q.ring.lost`                             |
 * | Q4 partial batch    | one wake per invocation                                                                       |
 * | L6 late TTL         | a lease ends by the time in it; nothing waits for an item to be deleted                        |
 * | A2 conflict         | the adapter sits it out and then refuses, which is `A.turn.refused`                            |
 * | T4 for edits        | the same outcome as for sends, and repeating an edit is free: `T.edit.refused` stands for it   |
 * | S1 by chance        | a second writer is put between read and write on purpose (`S1.other_writer`)                   |
 */
const CALLS = {
  // Rates are per call and kind, before a seed's weights: rare calls have higher ones.
  'I.append': 0.012,
  'I.ring': 0.012,
  'Q.ring': 0.03,
  'Q.hide': 0.008,
  'L.acquire': 0.012,
  'L.renew': 0.002,
  'L.saveTurn': 0.012,
  'L.countStart': 0.06,
  'L.noteTaken': 0.08,
  'L.notePart': 0.008,
  'L.finish': 0.012,
  'L.handOver': 0.03,
  'A.turn': 0.012,
  'A.steer': 0.03,
  'A.stop': 0.04,
  'V.open': 0.012,
  'V.save': 0.04,
  'V.find': 0.08,
  'V.current': 0.05,
  'S.read': 0.02,
  'S.write': 0.02,
  'T.send': 0.012,
  'T.edit': 0.01,
  'T.find': 0.03,
  'T.remove': 0.025,
  'T.typing': 0.004,
  'H.read': 0.05,
  'H.idle': 0.05,
  'H.append': 0.05,
  'H.ring': 0.05,
  'H.sweep': 0.04,
} as const;
export type Call = keyof typeof CALLS;

export const KINDS = ['refused', 'lost', 'crash', 'frozen'] as const;
export type Kind = (typeof KINDS)[number];
/** A crash and a freeze change more than an answer that is lost, so they come less often. */
const KIND_SHARE: Readonly<Record<Kind, number>> = { refused: 1, lost: 1, crash: 0.6, frozen: 0.4 };

/** Faults with a place of their own: how often, at each occasion. */
const OCCASIONS = {
  'W1.no_answer': 0.02,
  'W2.answer_lost': 0.03,
  'W2.hours_later': 0.02,
  'W3.cut': 0.02,
  'W4.two_at_once': 0.03,
  'W5.overtaken': 0.03,
  'I1.crash_before': 0.01,
  'I5.slow_start': 0.03,
  'Q1.duplicate': 0.03,
  'Q3.delete_lost': 0.03,
  'Q5.shown_early': 0.02,
  'Q6.max_receives': 0.004,
  'Q7.poison': 0.02,
  'L2.renewals_fail': 0.004,
  'L2.cut_off': 0.02,
  'L4.skew': 0.5,
  'L8.slow': 0.01,
  'A3.begun_answer_lost': 0.02,
  'A4.stream_cut': 0.02,
  'A5.silent_stall': 0.01,
  'A6.container_death': 0.01,
  'A6.poisoned_run': 0.04,
  'A7.idle_end': 0.05,
  'A7.life_end': 0.15,
  'A8.new_version': 0.1,
  'S1.other_writer': 0.05,
  'S2.conflict': 0.05,
  'S5.slow_get': 0.03,
  'T1.short_wait': 0.02,
  'T1.long_wait': 0.006,
  'T2.server_error': 0.01,
  'T4.not_connected': 0.01,
  'T5.bad_markup': 0.02,
  'T6.blocked': 0.004,
  'T7.slow': 0.02,
  'M1.throttled': 0.02,
  'M2.too_long': 0.03,
  'M3.bad_arguments': 0.1,
  'H1.fires_twice': 0.1,
  'H3.late': 0.1,
  'H4.retried': 0.1,
  'R1.secret_rotated': 0.02,
  'R2.token_rotated': 0.004,
  'R3.access_removed': 0.06,
  'C1.timeout': 0.01,
  'C2.out_of_memory': 0.01,
  'C2.poisoned_turn': 0.04,
  'C3.thaws_later': 0.05,
} as const;
export type Occasion = keyof typeof OCCASIONS;

/** Counted when seen, never drawn: they follow from others. */
const CONSEQUENCES = [
  'L3.zombie',
  'L5.crash_with_lease',
  'L7.zombie_write_refused',
  'A9.two_viewers',
  'A10.run_without_runner',
  'H2.during_turn',
  'S4.zombie_put',
] as const;
export type Consequence = (typeof CONSEQUENCES)[number];

export type CallFault = `${Call}.${Kind}`;
export type FaultId = CallFault | Occasion | Consequence;

const callFaults = (Object.keys(CALLS) as Call[]).flatMap((call) =>
  KINDS.map((kind) => ({ call, kind, id: `${call}.${kind}` as const })),
);

/** Each call's faults with their rates. */
export const CALL_RATES: Readonly<Record<Call, readonly { readonly kind: Kind; readonly rate: number }[]>> =
  Object.fromEntries(
    (Object.keys(CALLS) as Call[]).map((call) => [
      call,
      KINDS.map((kind) => ({ kind, rate: CALLS[call] * KIND_SHARE[kind] })),
    ]),
  ) as never;
export const OCCASION_RATES: Readonly<Record<Occasion, number>> = OCCASIONS;

/** Every fault that can fire. */
export const FAULT_IDS: readonly FaultId[] = [
  ...callFaults.map(({ id }) => id),
  ...(Object.keys(OCCASIONS) as Occasion[]),
  ...CONSEQUENCES,
];

/** Ways of recovering, by the event or alarm that says so; each has to run. */
export const RECOVERY_IDS = [
  'webhook_failed',
  'wake_unreadable',
  'wake_hide_failed',
  'leg_failed',
  'leg_give_back',
  'leg_handed_over',
  'leg_left_to_holder',
  'leg_lease_lost',
  'lease_renewal_failed',
  'release_failed',
  'turn_call_failed',
  'turn_stream_cut',
  'turn_started_again',
  'turn_broke',
  'turn_refused',
  'turn_parked',
  'turn_rescue_failed',
  'steer_failed',
  'aside_failed',
  'draft_failed',
  'typing_failed',
  'part_found',
  'reply_in_doubt',
  'reply_undeliverable',
  'tool_failed',
  'lane_swept',
  'dead_letter',
] as const;
