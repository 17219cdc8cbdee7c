import type { Message, StreamOptions, SystemPrompt } from '@strands-agents/sdk';

/** One thing a person said, taken out of its envelope. */
export interface Said {
  readonly from: string;
  readonly at: string;
  readonly text: string;
  readonly attachments: readonly SaidFile[];
}

/** A label in an envelope, field by field; `content` is what a text file says. */
export type SaidFile = Readonly<
  Partial<Record<'kind' | 'name' | 'type' | 'bytes' | 'file' | 'shown' | 'problem' | 'content', string>>
>;

/** A picture or document as the model port carries it. */
export interface ShownFile {
  readonly format: string;
  readonly bytes: Uint8Array;
}

/** What the demo model knows: the model port's input and nothing else. */
export interface DemoInput {
  /** Everything people said before this turn, oldest first. */
  readonly earlier: readonly Said[];
  /** What was said around it before what is to be answered now. */
  readonly overheard: readonly string[];
  /** What is to be answered now, steered messages included, in order. */
  readonly now: readonly Said[];
  /** Results of the tools called for it so far, in order. */
  readonly results: readonly ToolOutcome[];
  /** True while this is the conversation's first answer. */
  readonly isFirst: boolean;
  readonly heartbeat: boolean;
  /** Pictures and documents that are to be looked at now, by the name that their label gives them. */
  readonly shown: ReadonlyMap<string, ShownFile>;
  /** Workspace files in the system prompt, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly tools: ReadonlySet<string>;
}

export interface ToolOutcome {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
}

const envelopeForm = /<message from="([^"]*)" at="([^"]*)">\n([\s\S]*?)\n?<\/message>/gu;
const contextForm = /<reply_to[^>]*>\n[\s\S]*?\n<\/reply_to>\n?/gu;
const attachmentForm = /<attachment ([^>]*?)(?:\/>|>\n([\s\S]*?)\n<\/attachment>)\n?/gu;

const saidIn = (text: string): readonly Said[] =>
  [...text.matchAll(envelopeForm)].map(([, from = '', at = '', body = '']) => ({
    from,
    at,
    text: body
      .replace(contextForm, '')
      .replace(attachmentForm, '')
      .replace(/<\/?forwarded[^>]*>\n?/gu, '')
      .replace(/^@\w+[,:]?\s+/u, '')
      .replaceAll('&lt;', '<')
      .trim(),
    attachments: [...body.matchAll(attachmentForm)].map(([, fields = '', content]) => ({
      ...Object.fromEntries(
        [...fields.matchAll(/([a-z]+)="([^"]*)"/gu)].map(([, field = '', value = '']) => [field, value]),
      ),
      ...(content === undefined ? {} : { content }),
    })),
  }));

const overheardForm = /<overheard from="([^"]*)" at="[^"]*">\n([\s\S]*?)\n<\/overheard>/gu;
const overheardIn = (text: string): readonly string[] =>
  [...text.matchAll(overheardForm)].map(([, from = '', words = '']) => `${from}: ${words.replaceAll('&lt;', '<')}`);

const textIn = (message: Message): string =>
  message.content.flatMap((block) => (block.type === 'textBlock' ? [block.text] : [])).join('\n');

const systemText = (prompt: SystemPrompt | undefined): string => {
  if (prompt === undefined || typeof prompt === 'string') return prompt ?? '';
  return prompt.flatMap((block) => (block.type === 'textBlock' ? [block.text] : [])).join('\n');
};

const filesIn = (system: string): Readonly<Record<string, string>> => {
  const [, context = ''] = system.split(/^# Workspace files$/mu, 2);
  const sections = context.split(/^## ([A-Z]+\.md)$/mu).slice(1);
  const names = sections.filter((_, index) => index % 2 === 0);
  return Object.fromEntries(names.map((name, index) => [name, (sections[index * 2 + 1] ?? '').trim()]));
};

const resultsIn = (messages: readonly Message[]): readonly ToolOutcome[] => {
  const names = new Map<string, string>();
  return messages.flatMap((message) =>
    message.content.flatMap((block): ToolOutcome[] => {
      if (block.type === 'toolUseBlock') names.set(block.toolUseId, block.name);
      if (block.type !== 'toolResultBlock') return [];
      const text = block.content
        .map((part) => (part.type === 'textBlock' ? part.text : JSON.stringify(part)))
        .join('\n');
      return [{ name: names.get(block.toolUseId) ?? 'tool', ok: block.status === 'success', text }];
    }),
  );
};

/** Pictures are known by their order, documents by their name. */
const shownIn = (messages: readonly Message[]): ReadonlyMap<string, ShownFile> => {
  const shown = new Map<string, ShownFile>();
  let images = 0;
  for (const block of messages.flatMap(({ content }) => content)) {
    if (block.type === 'imageBlock' && block.source.type === 'imageSourceBytes')
      shown.set(`image ${(images += 1)}`, { format: block.format, bytes: block.source.bytes });
    if (block.type === 'documentBlock' && block.source.type === 'documentSourceBytes')
      shown.set(block.name, { format: block.format, bytes: block.source.bytes });
  }
  return shown;
};

const endsTurn = (message: Message): boolean =>
  message.role === 'assistant' && message.content.every((block) => block.type !== 'toolUseBlock');

/** Reads the port's input the way a model would: everything after the last finished answer is to be answered now. */
export const readInput = (messages: readonly Message[], options: StreamOptions | undefined): DemoInput => {
  const start = messages.findLastIndex(endsTurn) + 1;
  const saidBy = (part: readonly Message[]): readonly Said[] =>
    part.filter((message) => message.role === 'user').flatMap((message) => saidIn(textIn(message)));
  const current = messages.slice(start);
  return {
    overheard: current.filter(({ role }) => role === 'user').flatMap((message) => overheardIn(textIn(message))),
    earlier: saidBy(messages.slice(0, start)),
    now: saidBy(current),
    results: resultsIn(current),
    isFirst: start === 0,
    heartbeat: current.some((message) => message.role === 'user' && textIn(message).startsWith('<heartbeat')),
    shown: shownIn(current),
    files: filesIn(systemText(options?.systemPrompt)),
    tools: new Set((options?.toolSpecs ?? []).map((spec) => spec.name)),
  };
};
