import type { DraftView } from '@agent-claw/telegram-double';
import { WORDS } from './canary-world.ts';
import type { CanaryWorld } from './canary-world.ts';
import { answered, askAndPress, buttonAfter, press, reads } from './button-drives.ts';
import type { ShownButton } from './button-drives.ts';
import { undrawn, unsent } from './button-failures.ts';
import { QUOTING, refused, SDK_ATTEMPTS } from './failure-drives.ts';
import type { Drive, FailurePaths } from './failure-drives.ts';
import { OWNER } from './owner-chat.ts';
import { until } from './until.ts';
import { refusal, saying } from './watched-telegram.ts';

const PATH = `${WORDS.callPath}.md`;
const ALLOW = /^Allow once$/u;
const DENY = /^Deny$/u;

/** The owner wants a file deleted that is there. @returns the button that decides about it so. */
const asked = async (world: CanaryWorld, label: RegExp): Promise<ShownButton> => {
  await world.say(`write ${PATH}: ${WORDS.callContent}`);
  await world.rest();
  const button = await buttonAfter(world, await world.say(`delete ${PATH}`), label);
  await world.rest();
  return button;
};

/** A forwarded text that would be written into what the assistant goes by, and is too long for a card. */
const askedAtLength = async (world: CanaryWorld): Promise<number> => {
  const before = (await world.history()).at(-1)?.messageId ?? 0;
  const message = {
    message_id: 100_000 + before,
    date: Math.floor(Date.now() / 1000),
    chat: { id: OWNER, type: 'private', first_name: WORDS.senderName },
    from: { id: OWNER, is_bot: false, first_name: WORDS.senderName },
    forward_origin: {
      type: 'user',
      date: 1,
      sender_user: { id: 99, is_bot: false, first_name: WORDS.strangerName },
    },
    text: `remember that ${`${WORDS.callContent} `.repeat(200)}`,
  };
  await world.driver('updates', { update: { message } });
  return before;
};

const decided =
  (label: RegExp, prepare: Drive, outcome: RegExp): Drive =>
  async (world) => {
    const button = await asked(world, label);
    await prepare(world);
    await press(world, button);
    await answered(world, button.messageId, outcome);
    await world.rest();
  };

/** Calls that somebody is asked about, and what goes wrong before and after the decision. */
export const APPROVALS: FailurePaths = {
  'a card that Telegram refuses': async (world) => {
    await world.say(`write ${PATH}: ${WORDS.callContent}`);
    await world.rest();
    await unsent(world);
    await world.say(`delete ${PATH}`);
    await world.rest();
  },
  'denied, on a card that cannot be drawn any more': async (world) => {
    const button = await asked(world, DENY);
    await undrawn(world);
    await press(world, button);
    await answered(world, button.messageId, /does not want this call/u);
    await world.rest();
  },
  'allowed, and the file is not deleted': decided(
    ALLOW,
    (world) => world.fail({ action: 's3:DeleteObject' }, refused('AccessDenied', 403), 1),
    /did not work/u,
  ),
  'allowed, in a write that is refused at first': decided(
    ALLOW,
    (world) =>
      world.fail({ action: 'dynamodb:UpdateItem', detail: 'menus = :menus' }, refused('ValidationException', 400), 1),
    /^Done\. Deleted/u,
  ),
  'allowed, and the agent is out of reach at first': decided(
    ALLOW,
    (world) => world.fail({ action: 'bedrock-agentcore:InvokeAgentRuntime' }, { kind: 'throttle' }, SDK_ATTEMPTS),
    /^Done\. Deleted/u,
  ),
  'allowed, and the model fails after that': async (world) => {
    await world.say(`write ${PATH}: ${WORDS.callContent}`);
    await world.rest();
    // What is said while it counts is taken in together: first the call that has to be asked for, then steps that take long.
    const after = await world.say('count to 6 slowly');
    await answered(world, after, /^1 2/u);
    await world.say(`delete ${PATH}`);
    await world.say('take 5 slow steps');
    const button = await buttonAfter(world, after, ALLOW);
    await press(world, button);
    await reads(world, button, /Allowed once\.$/u);
    await answered(world, button.messageId, /Step 1/u);
    const failed = world.logged(/"turn_failed"/u);
    await world.say(`simulate a model error ${WORDS.said}`);
    await failed;
    await world.rest();
  },
  'a decision that comes too late': async (world) => {
    const button = await asked(world, ALLOW);
    await world.expire(button.messageId);
    await press(world, button);
    await reads(world, button, /Expired: nothing was done\.$/u);
    await world.rest();
  },
  'arguments that come as a file, which Telegram refuses at first': async (world) => {
    world.telegram.twist('/sendDocument', 1, refusal(413, `Request Entity Too Large: ${QUOTING}`));
    const asking = world.logged(/"bot_api_refused".*"sendDocument"/u);
    await askedAtLength(world);
    await asking;
    await world.rest();
    const button = await buttonAfter(world, await askedAtLength(world), DENY);
    await press(world, button);
    await answered(world, button.messageId, /does not want this call/u);
    await world.rest();
  },
};

/** Waits for a draft in the owner's chat. @returns its id. */
const draftIn = (world: CanaryWorld): Promise<number> =>
  until('a draft', 30_000, async () => {
    const { drafts } = await world.driver<{ drafts: readonly DraftView[] }>(`chats/${OWNER}/messages`);
    return drafts.at(-1)?.draftId ?? null;
  });

/** Drafts of the app itself that Telegram does not take. */
export const DRAFTS: FailurePaths = {
  'refused, lost, and stopped': async (world) => {
    await askAndPress(world, '/settings', /^Turn drafts on/u);
    await world.rest();
    world.telegram.twist('/sendMessageDraft', 1, refusal(400, `Bad Request: ${QUOTING}`));
    const failed = world.logged(/"native_draft_failed"/u);
    await world.say('count to 6 slowly');
    await failed;
    await world.rest();
    world.telegram.twist('/sendMessageDraft', 1, saying(502, `<html>${QUOTING}</html>`));
    const lost = world.logged(/"native_draft_failed"/u);
    await world.say('count to 6 slowly');
    await lost;
    await world.rest();
    await world.say('count to 60 slowly');
    const draft = await draftIn(world);
    const stopping = world.logged(/"outcome":"stopping"/u);
    await world.driver(`chats/${OWNER}/stop`, { draftId: draft });
    await stopping;
    await world.rest();
    await world.forgetLane();
  },
};
