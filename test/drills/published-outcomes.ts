/** Three other projects that answer Telegram from AgentCore, by the short names of the table's columns. */
export const PEERS = {
  HO: 'aws-samples/sample-host-openclaw-on-amazon-bedrock-agentcore, e13e385',
  CR: 'Walsen/openclaw-agentcore-crew, e03d465',
  OI: 'aws-samples/sample-openclaw-on-aws, c4073d1',
} as const;

/**
 * What each drill did to the code of the other three at those commits, loaded unchanged with stub AWS and Telegram on
 * 2026-11-21, in the order HO, CR, OI; and what is right.
 */
export const DRILLS = {
  'Same update delivered again': {
    right: '0 lost, 1 copy',
    peers: ['3 deliveries → 3 turns, 3 replies', '1 turn (right)', '8 s apart → 2 turns'],
  },
  'Async dispatch throttled': {
    right: '0 lost, 1 copy',
    peers: [
      '5 of 10 throttled: 10 × HTTP 200, 5 lost silently',
      '200, lost, user told',
      "500, then Telegram's retry dropped by the cooldown: lost",
    ],
  },
  'One DynamoDB throttle, known user': {
    right: '0 lost, 1 copy',
    peers: ['told the bot is private, no turn', 'silent; the retry is dropped as a duplicate', '1 turn (right)'],
  },
  'Five messages at once, one chat': {
    right: '0 lost, 1 copy',
    peers: ['5 turns in parallel on one session', '5 in parallel', '1 turn, 4 lost silently'],
  },
  'Two first messages 0–30 ms apart': {
    right: '0 lost, 1 copy',
    peers: [
      'two sessions in 112 of 150 trials (registered user without a session record: 66 of 150)',
      'derived id, but 12345678 and 123456780 share one',
      'derived id',
    ],
  },
  'Telegram times out after accepting': {
    right: '0 lost, 1 copy',
    peers: ['2 copies', '2 copies', 'whole turn re-run: 2 turns, 2 copies'],
  },
  'Two 429s, then Telegram recovers': {
    right: '0 lost, 1 copy',
    peers: ['0 shown', '0 shown', '0 shown'],
  },
  '9,000-character reply': {
    right: '0 lost, 1 copy',
    peers: ['3 parts, fixed offsets', '3 parts', '4,096 shown, 4,904 lost'],
  },
  'Agent call times out three times': {
    right: '0 lost, 1 copy',
    peers: ['one apology', 'one apology', '4 turns started'],
  },
  'Webhook without a secret': {
    right: '401, no turn',
    peers: ['401', '200, turn runs', '403'],
  },
  'Stranger with an empty allowlist': {
    right: 'silence, no turn',
    peers: ['refused, told', 'refused, silent', 'turn runs'],
  },
  'Voice, PDF, location, sticker': {
    right: '0 lost, 1 copy',
    peers: ['silence', 'silence; a captioned photo too', 'silence; a captioned photo too'],
  },
  'Edited message': {
    right: '0 lost, 1 copy',
    peers: ['ignored', 'ignored', 're-runs the turn'],
  },
} as const satisfies Record<string, { readonly right: string; readonly peers: readonly [string, string, string] }>;

export type Drill = keyof typeof DRILLS;

/** The table, a row for each drill. `ours` gives our column; a drill that did not run has no word there. */
export const tableOf = (ours: (drill: Drill) => string | undefined): readonly (readonly string[])[] => [
  ['Drill', 'agent-claw', ...Object.keys(PEERS)],
  ...(Object.keys(DRILLS) as Drill[]).map((drill) => [drill, ours(drill) ?? 'not run', ...DRILLS[drill].peers]),
];

/** The table for a terminal. */
export const printed = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(' | ')
      .trimEnd(),
  );
  const legend = Object.entries(PEERS).map(([name, project]) => `${name}: ${project}`);
  return `\n${[...lines, '', ...legend].join('\n')}\n`;
};
