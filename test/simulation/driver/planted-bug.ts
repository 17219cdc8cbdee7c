/** A mistake that the simulation must find: a patch of the source, applied while it is bundled. */
export interface PlantedBug {
  readonly name: string;
  /** Which promise it breaks, in one sentence. */
  readonly breaks: string;
  /** What the judge says of it. Another problem is no find: a patch that draws other faults may meet one by chance. */
  readonly shows: RegExp;
  readonly patches: readonly Patch[];
  /** For a bug in a fake that stands for an AWS adapter: the contract test that fails when the adapter has the same bug. */
  readonly inAdapter?: { readonly suite: string; readonly test: string };
}

export interface Patch {
  /** From the repository's root. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** @throws Error when the text to replace is not there exactly once: the source has moved on, and the bug would not be planted. */
export const patched = (source: string, { file, find, replace }: Patch): string => {
  const [before, after, ...more] = source.split(find);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(
      `A planted bug wants to replace a text that occurs ${source.split(find).length - 1} times in ${file}, not once: ${find}\nWrite the bug anew for the present source.`,
    );
  return `${before}${replace}${after}`;
};
