/** What people choose for a lane. Absent members are the default. */
export interface LaneSettings {
  /** The name of a model choice; the container knows which model that is. */
  readonly model?: string;
  /** Whether each answer ends with the tokens that it took; off by default. */
  readonly usageFooter?: boolean;
  /** Whether the draft shows which tool is at work; on by default. */
  readonly progress?: boolean;
  /** How a growing answer is shown: in a message that is edited, or in the channel's own draft, which private chats have. */
  readonly drafts?: 'message' | 'native';
  /** Whether regular checks are made; on by default, and of use in the owner's private lane only. */
  readonly heartbeat?: boolean;
  /** The consent rules whose calls need no asking any more. */
  readonly allowed?: readonly string[];
}

/** Whether a growing answer is shown in the channel's own draft. */
export const hasNativeDrafts = ({ drafts }: LaneSettings = {}): boolean => drafts === 'native';

/** The models that can be chosen, the default first. */
export const MODEL_CHOICES = [
  { name: 'default', description: 'the one this bot was deployed with' },
  { name: 'fast', description: 'the quick and cheap one that also does the regular checks' },
] as const satisfies readonly { readonly name: string; readonly description: string }[];

export type ModelChoice = (typeof MODEL_CHOICES)[number]['name'];

/** The choice that the settings name. @returns the default for a name that is no choice any more. */
export const modelChoiceOf = (settings: LaneSettings = {}): ModelChoice =>
  MODEL_CHOICES.find(({ name }) => name === settings.model)?.name ?? 'default';

/** The settings with these members replaced. */
export const withSettings = (settings: LaneSettings = {}, change: LaneSettings = {}): LaneSettings => ({
  ...settings,
  ...change,
});
