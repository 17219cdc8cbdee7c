import { MODEL_CHOICES, modelChoiceOf } from './lane-settings.ts';
import type { LaneSettings } from './lane-settings.ts';

export type MenuName = 'settings' | 'model' | 'heartbeat';

/** What a button does. A setting is set to a value and never flipped, so that doing it again changes nothing. */
export type MenuAction =
  | { readonly kind: 'open'; readonly menu: MenuName }
  /** Changes the settings and shows the menu `menu` as it is then. */
  | { readonly kind: 'set'; readonly settings: LaneSettings; readonly menu: MenuName }
  | { readonly kind: 'close' };

export interface MenuButton {
  readonly label: string;
  readonly action: MenuAction;
}

export interface Menu {
  readonly markdown: string;
  readonly rows: readonly (readonly MenuButton[])[];
}

/** A menu that stands in a chat and can be used once: the press that it takes replaces it. */
export interface OpenMenu {
  readonly name: MenuName;
  /** Random, and new each time a menu is shown: a button of an older showing says so by it. */
  readonly nonce: string;
  /** Who asked for it; nobody else can use it. */
  readonly userId: string;
  readonly expiresAtMs: number;
  /** What the buttons do, in reading order. */
  readonly actions: readonly MenuAction[];
}

/** What comes back when somebody presses a button. */
export interface Press {
  readonly nonce: string;
  /** The button's place in reading order. */
  readonly index: number;
  /** The message that the button stands under. */
  readonly messageId: number;
}

/** A menu is forgotten after this long. */
export const MENU_LASTS_MS = 24 * 3_600_000;
/** How many menus of a lane can be used at a time, the newest. */
const MENUS_KEPT = 8;

type Menus = Readonly<Record<string, OpenMenu>>;

/** The lane's menus with this one under the message, or with none there; without those that have expired. */
export const menusWith = (menus: Menus = {}, messageId: number, menu: OpenMenu | null, nowMs: number): Menus => {
  const others = Object.entries(menus).filter(
    ([id, { expiresAtMs }]) => id !== String(messageId) && nowMs < expiresAtMs,
  );
  const all = menu === null ? others : [...others, [String(messageId), menu] as const];
  return Object.fromEntries(all.sort(([, a], [, b]) => a.expiresAtMs - b.expiresAtMs).slice(-MENUS_KEPT));
};

export type PressOutcome =
  | { readonly kind: 'pressed'; readonly action: MenuAction }
  /** It is somebody else's menu: it stays as it is. */
  | { readonly kind: 'foreign' }
  /** The menu there has been shown anew since: it stays as it is. */
  | { readonly kind: 'replaced' }
  /** No menu can be used there: it has expired, was closed, or never was. */
  | { readonly kind: 'unused' };

/** What a press means, going by the lane's menus. A button counts once: the menu that it stood in must be replaced. */
export const resolvePress = (menus: Menus = {}, press: Press, userId: string, nowMs: number): PressOutcome => {
  const { nonce, index, messageId } = press;
  const menu = Object.hasOwn(menus, messageId) ? menus[messageId] : undefined;
  if (menu === undefined || nowMs >= menu.expiresAtMs) return { kind: 'unused' };
  if (menu.userId !== userId) return { kind: 'foreign' };
  const action = menu.nonce === nonce ? menu.actions[index] : undefined;
  return action === undefined ? { kind: 'replaced' } : { kind: 'pressed', action };
};

/** The menu as it reads under these settings. */
export const menuOf = (name: MenuName, settings: LaneSettings = {}): Menu => {
  switch (name) {
    case 'settings':
      return { markdown: settingsText(settings), rows: settingsRows(settings) };
    case 'model':
      return { markdown: modelText(settings), rows: modelRows(settings) };
    case 'heartbeat':
      return { markdown: heartbeatText(settings), rows: heartbeatRows(settings) };
  }
};

/** What is left in the chat of a menu that was closed. */
export const closedMenuText = (settings: LaneSettings = {}): string =>
  `${settingsText(settings)}\n\n_Closed. /settings opens it again._`;

const onOff = (isOn: boolean): string => (isOn ? 'on' : 'off');
const isFooterOn = ({ usageFooter }: LaneSettings): boolean => usageFooter ?? false;
const isProgressOn = ({ progress }: LaneSettings): boolean => progress ?? true;

const isHeartbeatOn = ({ heartbeat }: LaneSettings): boolean => heartbeat ?? true;

/** Whether regular checks are made, and how to change what they are about. */
export const heartbeatText = (settings: LaneSettings = {}): string =>
  [
    `**Regular checks:** ${onOff(isHeartbeatOn(settings))}`,
    'Within the active hours I look through HEARTBEAT.md and speak up only when something needs you. While that file asks for nothing, I do not even look.',
    '/heartbeat now checks once, on or off.',
  ].join('\n');

const heartbeatRows = (settings: LaneSettings): Menu['rows'] => [
  [
    {
      label: `Turn checks ${onOff(!isHeartbeatOn(settings))}`,
      action: { kind: 'set', settings: { heartbeat: !isHeartbeatOn(settings) }, menu: 'heartbeat' },
    },
  ],
  [{ label: 'Close', action: { kind: 'close' } }],
];

const settingsText = (settings: LaneSettings): string =>
  [
    '**Settings of this chat**',
    `• Model: ${modelChoiceOf(settings)}`,
    `• Tokens below each answer: ${onOff(isFooterOn(settings))}`,
    `• Tools shown while I work: ${onOff(isProgressOn(settings))}`,
  ].join('\n');

const settingsRows = (settings: LaneSettings): Menu['rows'] => {
  const setting = (change: LaneSettings): MenuAction => ({ kind: 'set', settings: change, menu: 'settings' });
  const [footer, progress] = [isFooterOn(settings), isProgressOn(settings)];
  return [
    [{ label: `Model: ${modelChoiceOf(settings)} ›`, action: { kind: 'open', menu: 'model' } }],
    [{ label: `Turn tokens ${onOff(!footer)}`, action: setting({ usageFooter: !footer }) }],
    [{ label: `Turn tools ${onOff(!progress)}`, action: setting({ progress: !progress }) }],
    [{ label: 'Close', action: { kind: 'close' } }],
  ];
};

const modelText = (settings: LaneSettings): string =>
  [
    `**Model of this chat:** ${modelChoiceOf(settings)}`,
    ...MODEL_CHOICES.map(({ name, description }) => `• ${name}: ${description}`),
    'A change counts from the next answer on.',
  ].join('\n');

const modelRows = (settings: LaneSettings): Menu['rows'] => [
  MODEL_CHOICES.map(({ name }) => ({
    label: name === modelChoiceOf(settings) ? `✓ ${name}` : name,
    action: { kind: 'set', settings: { model: name }, menu: 'model' },
  })),
  [{ label: '‹ Settings', action: { kind: 'open', menu: 'settings' } }],
];
