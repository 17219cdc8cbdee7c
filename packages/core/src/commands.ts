/** What the bot answers without a model, as shown in the channel's command menu. */
export const BOT_COMMANDS = [
  { name: 'help', description: 'What I can do' },
  { name: 'new', description: 'Start a new conversation; files and memory stay' },
  { name: 'stop', description: 'Stop what I am doing' },
  { name: 'status', description: 'Conversation and queue' },
  { name: 'whoami', description: 'Your id and what you may do' },
] as const satisfies readonly { readonly name: string; readonly description: string }[];
