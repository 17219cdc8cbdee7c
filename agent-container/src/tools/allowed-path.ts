import { isPrivatePath, normalisePath } from '@agent-claw/core';
import { ToolRefusal } from './tool-refusal.ts';

/** The path of a file that tools may touch in this lane. @throws ToolRefusal for what is no path, or a personal file elsewhere. */
export const allowedPath = (input: string, privateLane: boolean): string => {
  const outcome = normalisePath(input);
  if (outcome.kind === 'refused') throw new ToolRefusal(`Path refused: ${outcome.reason}`);
  if (!privateLane && isPrivatePath(outcome.path))
    throw new ToolRefusal('This file is private to the owner and out of reach in this chat.');
  return outcome.path;
};

export const noSuchFile = (path: string): ToolRefusal =>
  new ToolRefusal(`There is no file ${path}. Use list_files to see what there is.`);
