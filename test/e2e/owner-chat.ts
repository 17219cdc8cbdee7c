/** The owner's private chat with the bot, through the double's own API: quicker than the page, and as true. */
export interface OwnerChat {
  say(text: string): Promise<void>;
  /** The bot's messages as the owner sees them, oldest first. */
  shown(): Promise<readonly string[]>;
}

/** The double's first person. */
export const OWNER = 4242001;

export const ownerChat = (url: string): OwnerChat => {
  const messages = `${url}/_double/chats/${OWNER}/messages`;
  return {
    say: async (text) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(messages, { method: 'POST', headers, body: JSON.stringify({ text }) });
      if (!response.ok) throw new Error(`The double refused "${text}": ${response.status} ${await response.text()}`);
    },
    shown: async () => {
      const response = await fetch(`${messages}?limit=200`);
      const { messages: all } = (await response.json()) as {
        messages: readonly { readonly from: { readonly isBot: boolean }; readonly text?: string }[];
      };
      return all.filter(({ from }) => from.isBot).map(({ text }) => text ?? '');
    },
  };
};
