import { WORDS } from './canary-world.ts';
import type { CanaryWorld } from './canary-world.ts';
import { answered, askAndPress, buttonAfter, press, reads } from './button-drives.ts';
import { anUpdate, post, QUOTING, refused, settled } from './failure-drives.ts';
import type { Drive, FailurePaths } from './failure-drives.ts';
import { OWNER } from './owner-chat.ts';
import { newPerson } from './people.ts';
import { refusal } from './watched-telegram.ts';

/** Refused with the formatting, and once more without it. */
const WITH_AND_WITHOUT_FORMATTING = 2;
export const unsent: Drive = async ({ telegram }) =>
  telegram.twist('/sendMessage', WITH_AND_WITHOUT_FORMATTING, refusal(400, `Bad Request: ${QUOTING}`));
export const undrawn: Drive = async ({ telegram }) =>
  telegram.twist('/editMessageText', WITH_AND_WITHOUT_FORMATTING, refusal(400, `Bad Request: ${QUOTING}`));

const GONE = /^This menu is no longer in use\./u;

/** A press that no button of ours makes, as whoever talks to the webhook could send it. */
const madeUp = (data: string): string => {
  const { message } = JSON.parse(anUpdate(WORDS.said)) as { readonly message: object };
  const from = { id: OWNER, is_bot: false, first_name: WORDS.senderName };
  return JSON.stringify({ update_id: 990_000_002 + data.length, callback_query: { id: '1', from, message, data } });
};

const newGroup = async (world: CanaryWorld, members: readonly number[]): Promise<string> => {
  const group = { type: 'group', title: WORDS.groupTitle, as: OWNER, members };
  return (await world.driver<{ chatId: string }>('chats', group)).chatId;
};

/** Menus that are not shown, not pressed in time, or not pressed by whom they are for. */
export const MENUS: FailurePaths = {
  'a menu that Telegram refuses': settled('/settings', unsent),
  'a press whose menu Telegram does not draw, and one more on what is left': async (world) => {
    const button = await buttonAfter(world, await world.say('/settings'), /^Model/u);
    await undrawn(world);
    await press(world, button);
    await world.rest();
    await press(world, button);
    await world.rest();
    await reads(world, button, /^Settings of this chat/u);
  },
  'a press whose drawing is lost, and one whose write is refused': async (world) => {
    const button = await buttonAfter(world, await world.say('/model'), /^fast/u);
    world.telegram.fault({ method: 'editMessageText', kind: 'html' });
    await world.fail(
      { action: 'dynamodb:UpdateItem', detail: 'menus = :menus' },
      refused('ValidationException', 400),
      1,
    );
    await press(world, button);
    await world.rest();
    await reads(world, button, /^Model of this chat: fast/u);
  },
  'a menu whose time is over': async (world) => {
    const button = await buttonAfter(world, await world.say('/settings'), /^Close/u);
    await world.rest();
    await world.expire(button.messageId);
    await press(world, button);
    await reads(world, button, GONE);
    await world.rest();
  },
  'presses that are made up': async (world) => {
    const unused = world.logged(/"outcome":"unused_button"/u);
    await post(world, madeUp(`no button ${WORDS.pressed}`), world.webhookSecrets().at(-1));
    await unused;
    const pressed = world.logged(/"outcome":"pressed"/u);
    await post(world, madeUp(`b:${WORDS.pressed}:0`), world.webhookSecrets().at(-1));
    await pressed;
    await world.rest();
  },
  'a menu in a group that a guest and a stranger press, and a group that cannot be left': async (world) => {
    const guest = await newPerson(world.telegram, WORDS.guestName);
    const stranger = await newPerson(world.telegram, WORDS.strangerName);
    await world.say(`/access add ${guest} ${WORDS.guestName}`);
    await world.rest();
    const group = await newGroup(world, [guest, stranger]);
    await answered(world, 0, /^👋 Hello!/u, group);
    await world.driver(`chats/${group}/messages`, { text: '/settings@agent_claw_bot', as: OWNER });
    const button = await buttonAfter(world, 0, /^Model/u, group);
    const told = world.logged(/"outcome":"foreign_button"/u);
    await press(world, button, stranger);
    await told;
    const over = world.logged(new RegExp(`"leg_ended".*:${group}".*"turns":1`, 'u'));
    await press(world, button, guest);
    await over;
    await reads(world, button, /^Settings of this chat/u);
    world.telegram.twist('/leaveChat', 1, refusal(400, `Bad Request: ${QUOTING}`));
    const leave = await askAndPress(world, '/access', new RegExp(`^Leave ${WORDS.groupTitle}`, 'u'));
    await press(world, await buttonAfter(world, leave.messageId - 1, /^Yes, leave/u));
    await reads(world, leave, /did not let me leave it/u);
    await world.rest();
  },
};

/** Somebody asks to come in with the owner's code. @returns the guest's id and the button with this label. */
const knock = async (world: CanaryWorld, label: RegExp, firstName?: string) => {
  const { guest, after } = await knockAfter(world, async () => undefined, firstName);
  const button = await buttonAfter(world, after, label);
  await world.rest();
  return { guest, button };
};
/** The same, at a moment when `prepare` has gone before. */
const knockAfter = async (world: CanaryWorld, prepare: Drive, firstName: string = WORDS.guestName) => {
  const after = await world.say('/pair');
  const { text } = await answered(world, after, /: [A-HJ-NP-Z2-9]{8}\n/u);
  await world.rest();
  const code = /: ([A-HJ-NP-Z2-9]{8})\n/u.exec(text)?.[1] ?? '';
  const guest = await newPerson(world.telegram, firstName);
  await world.driver('chats', { type: 'private', as: guest });
  await prepare(world);
  const knocked = world.logged(/"outcome":"knocked"/u);
  await world.driver(`chats/${guest}/messages`, { text: code, as: guest });
  await knocked;
  await world.rest();
  return { guest, after };
};

/** Cards about access, and what goes wrong while their decisions are carried out. */
export const ACCESS: FailurePaths = {
  'a knock that cannot be shown, and is denied from the list': async (world) => {
    await knockAfter(world, unsent);
    await undrawn(world);
    await askAndPress(world, '/access', /^No$/u);
    await world.rest();
  },
  'a knock that is let in: the record refuses once, and the guest hears nothing': async (world) => {
    const { guest, button } = await knock(world, /^Let in$/u);
    const description = `Forbidden: ${QUOTING}`;
    world.telegram.fault({ method: 'sendMessage', kind: 'error', status: 403, description, chatId: String(guest) });
    const refusedWrite = refused('ValidationException', 400);
    await world.fail({ action: 'dynamodb:UpdateItem', detail: 'SET accessRecord' }, refusedWrite, 1);
    const unheard = world.logged(/reply_undeliverable/u);
    await press(world, button);
    await reads(world, button, /may talk to me/u);
    await unheard;
    await world.rest();
  },
  'a denial whose drawing is lost': async (world) => {
    const { button } = await knock(world, /^No$/u);
    world.telegram.fault({ method: 'editMessageText', kind: 'reset_after' });
    await press(world, button);
    await world.rest();
    await reads(world, button, /stays outside/u);
  },
  'a card whose time is over': async (world) => {
    const { button } = await knock(world, /^Let in$/u);
    await world.expire(button.messageId);
    await press(world, button);
    await reads(world, button, /Expired: nothing was done\.$/u);
    await world.rest();
  },
  'a guest who is sent away while an answer is on its way, and writes again': async (world) => {
    // Others have come in under the usual name.
    const name = `${WORDS.guestName}-gone`;
    const { guest, button } = await knock(world, /^Let in$/u, name);
    await press(world, button);
    await answered(world, 0, /^👋 You are in/u, guest);
    await world.driver(`chats/${guest}/messages`, { text: 'count to 20 slowly', as: guest });
    await answered(world, 0, /^1 2/u, guest);
    const revoke = await askAndPress(world, '/access', new RegExp(`^Revoke ${name}$`, 'u'));
    const over = world.logged(new RegExp(`"leg_ended".*:${guest}".*"finished"`, 'u'));
    await press(world, await buttonAfter(world, revoke.messageId - 1, /^Yes, revoke/u));
    await reads(world, revoke, /can no longer talk to me/u);
    await over;
    // A copy of the gate may know the guest a while longer; the runner does not.
    const turnedAway = world.logged(/"turn_refused"|"outcome":"ignored"/u);
    await world.driver(`chats/${guest}/messages`, { text: `say ${WORDS.guestSaid}`, as: guest });
    await turnedAway;
    await world.rest();
  },
};
