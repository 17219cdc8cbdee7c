import { consentAbout } from './consent.ts';
import { hasNativeDrafts, MODEL_CHOICES, modelChoiceOf } from './lane-settings.ts';
import type { LaneSettings } from './lane-settings.ts';
import type { AllowedGroup } from './access-record.ts';
import type { Menu, MenuAction, MenuButton, MenuName } from './menus.ts';

/** What a menu shows beside the lane's settings: some settings belong to some places only. */
export interface MenuPlace {
  /** The owner's private lane: regular checks report there. */
  readonly hasChecks?: boolean;
  /** A private chat: the app can show drafts of its own there. */
  readonly hasDrafts?: boolean;
  /** In a group: when the bot answers there. */
  readonly activation?: AllowedGroup['activation'];
}

/** The menu as it reads under these settings. */
export const menuOf = (name: MenuName, settings: LaneSettings = {}, place: MenuPlace = {}): Menu => {
  switch (name) {
    case 'settings':
      return { markdown: settingsText(settings, place), rows: settingsRows(settings, place) };
    case 'model':
      return { markdown: modelText(settings), rows: modelRows(settings) };
    case 'heartbeat':
      return { markdown: heartbeatText(settings), rows: heartbeatRows(settings) };
  }
};

/** What is left in the chat of a menu that was closed. */
export const closedMenuText = (settings: LaneSettings = {}, place: MenuPlace = {}): string =>
  `${settingsText(settings, place)}\n\n_Closed. /settings opens it again._`;

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

const settingsText = (
  settings: LaneSettings,
  { hasChecks = false, hasDrafts = false, activation }: MenuPlace,
): string =>
  [
    '**Settings of this chat**',
    `• Model: ${modelChoiceOf(settings)}`,
    `• Tokens below each answer: ${onOff(isFooterOn(settings))}`,
    `• Tools shown while I work: ${onOff(isProgressOn(settings))}`,
    ...(hasChecks ? [`• Regular checks: ${onOff(isHeartbeatOn(settings))}`] : []),
    ...(hasDrafts
      ? [`• While I write, a draft of the app instead of a message: ${onOff(hasNativeDrafts(settings))}`]
      : []),
    ...(activation === undefined ? [] : [`• I answer: ${activation === 'always' ? 'everything' : 'when I am called'}`]),
    ...(settings.allowed ?? []).map((rule) => `• Without asking: ${consentAbout(rule)}`),
  ].join('\n');

const settingsRows = (
  settings: LaneSettings,
  { hasChecks = false, hasDrafts = false, activation }: MenuPlace,
): Menu['rows'] => {
  const setting = (change: LaneSettings): MenuAction => ({ kind: 'set', settings: change, menu: 'settings' });
  const [footer, progress, checks] = [isFooterOn(settings), isProgressOn(settings), isHeartbeatOn(settings)];
  const native = hasNativeDrafts(settings);
  const drafts: LaneSettings = { drafts: native ? 'message' : 'native' };
  return [
    [{ label: `Model: ${modelChoiceOf(settings)} ›`, action: { kind: 'open', menu: 'model' } }],
    [{ label: `Turn tokens ${onOff(!footer)}`, action: setting({ usageFooter: !footer }) }],
    [{ label: `Turn tools ${onOff(!progress)}`, action: setting({ progress: !progress }) }],
    ...(hasChecks ? [[{ label: `Turn checks ${onOff(!checks)}`, action: setting({ heartbeat: !checks }) }]] : []),
    ...(hasDrafts ? [[{ label: `Turn drafts ${onOff(!native)}`, action: setting(drafts) }]] : []),
    ...(activation === undefined ? [] : [[activationButton(activation)]]),
    ...askAgainRows(settings, setting),
    [{ label: 'Close', action: { kind: 'close' } }],
  ];
};

const activationButton = (activation: AllowedGroup['activation']): MenuButton =>
  activation === 'always'
    ? { label: 'Answer only when called', action: { kind: 'activate', activation: 'mention', menu: 'settings' } }
    : { label: 'Answer everything', action: { kind: 'activate', activation: 'always', menu: 'settings' } };

/** Takes back what needs no asking, all of it. */
const askAgainRows = ({ allowed = [] }: LaneSettings, setting: (change: LaneSettings) => MenuAction): Menu['rows'] =>
  allowed.length === 0 ? [] : [[{ label: 'Ask me again before everything', action: setting({ allowed: [] }) }]];

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
