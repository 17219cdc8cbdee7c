/** Writes one line to the standard output, where Lambda and the container runtime collect it. */
export const stdoutWriter = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
