import type { RenderedPart, ReplyRenderer } from '@agent-claw/core';

const PART_CHARS = 100;
const part = (text: string): RenderedPart => ({ text }) as unknown as RenderedPart;
export const textOf = (rendered: RenderedPart): string => (rendered as unknown as { text: string }).text;

/** Parts of at most 100 characters, so that most answers have several. Words stay whole. */
export const shortRenderer: ReplyRenderer = {
  // A card is one message, whatever it says.
  final: (markdown) =>
    markdown.startsWith('**May I call')
      ? [part(markdown)]
      : (markdown.match(/\S[^]{0,98}(?=\s|$)|\S{100}/gu)?.map(part) ?? []),
  document: ({ name }, caption) => part(`${name} ${caption}`),
  files: (files) => [part(files.map(({ name }) => name).join(' '))],
  preview: (markdown) => part(markdown.length <= PART_CHARS ? markdown : `${markdown.slice(0, PART_CHARS - 2)} …`),
};
