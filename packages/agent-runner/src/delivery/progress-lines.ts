/** The tools that run at this moment, as a draft shows them. They never get into the answer. */
export interface ProgressLines {
  /** With the time at which it started, should that be known better than by when it was heard of. */
  started(tool: { readonly name: string; readonly summary: string; readonly sinceMs: number }): void;
  /** Ends the oldest of that name: events name tools, not calls. */
  finished(name: string): void;
  clear(): void;
  markdown(nowMs: number): string;
}

/** A step may run many tools at once; what the draft is about is the text. */
const MOST_LINES = 3;

/** What people read instead of a tool's name; for tools without one, the name itself. */
const DOING: Readonly<Record<string, string>> = {
  read_file: 'reading',
  write_file: 'writing',
  append_file: 'adding to',
  edit_file: 'changing',
  list_files: 'looking through',
};
const WITHOUT_OBJECT: Readonly<Record<string, string>> = { list_files: 'the workspace' };

export const progressLines = (): ProgressLines => {
  const running: { readonly name: string; readonly summary: string; readonly sinceMs: number }[] = [];
  return {
    started: (tool) => void running.push(tool),
    finished: (name) => {
      const index = running.findIndex((tool) => tool.name === name);
      if (index >= 0) running.splice(index, 1);
    },
    clear: () => void running.splice(0),
    markdown: (nowMs) => {
      const lines = running.slice(0, MOST_LINES).map((tool) => line(tool, nowMs));
      const more = running.length - lines.length;
      return [...lines, ...(more > 0 ? [`_and ${more} more …_`] : [])].join('\n\n');
    },
  };
};

const line = (tool: { readonly name: string; readonly summary: string; readonly sinceMs: number }, nowMs: number) => {
  const doing = (Object.hasOwn(DOING, tool.name) ? DOING[tool.name] : undefined) ?? tool.name.replaceAll('_', ' ');
  const what = tool.summary === '' ? (WITHOUT_OBJECT[tool.name] ?? '') : plain(tool.summary);
  const took = elapsedText(nowMs - tool.sinceMs);
  return `_${[plain(doing), what, '…', took].filter(Boolean).join(' ')}_`;
};

/** A file's name is shown as it is, whatever Markdown it looks like. */
const plain = (text: string): string => text.replaceAll(/\s+/gu, ' ').replaceAll(/[\\`*_[\]<>~|&]/gu, String.raw`\$&`);

/**
 * How long it has taken, from 10 s on. In steps that grow: each new one is an edit, and a tool that runs for hours must not
 * fill the chat's budget with its clock.
 */
export const elapsedText = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 10) return '';
  if (seconds < 60) return `${seconds - (seconds % 5)} s`;
  if (seconds < 600) return parted(seconds - (seconds % 30), 60, 'min', 's');
  const minutes = Math.floor(seconds / 60);
  return parted(minutes - (minutes % 5), 60, 'h', 'min');
};

const parted = (count: number, per: number, large: string, small: string): string =>
  [count >= per ? `${Math.floor(count / per)} ${large}` : '', count % per > 0 ? `${count % per} ${small}` : '']
    .filter(Boolean)
    .join(' ');
