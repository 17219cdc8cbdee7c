import { tool } from '@strands-agents/sdk';
import type { InvokableTool } from '@strands-agents/sdk';
import { FileTooLargeError } from '@agent-claw/core';
import type { Log } from '@agent-claw/core';
import type * as z from 'zod';
import { logWithoutText } from '../agent/log-failure.ts';
import { ToolRefusal } from './tool-refusal.ts';

const MAX_RESULT_CHARS = 24_000;

const sized = (text: string): string =>
  text.length <= MAX_RESULT_CHARS
    ? text
    : `${text.slice(0, MAX_RESULT_CHARS)}\n[cut after ${MAX_RESULT_CHARS} of ${text.length} characters]`;

const forModel = (error: unknown): Error => {
  if (error instanceof ToolRefusal) return error;
  if (error instanceof FileTooLargeError) return new ToolRefusal('The file is too large for the tools (over 2 MiB).');
  return new ToolRefusal(
    'The workspace did not answer. Nothing is known to have changed; try once more, then tell the user.',
  );
};

/** A tool whose answers are bounded and whose failures carry no raw exception text. */
export const guardedTool = <Input extends z.ZodType>(
  log: Log,
  config: {
    readonly name: string;
    readonly description: string;
    readonly inputSchema: Input;
    readonly run: (input: z.infer<Input>) => Promise<string>;
  },
): InvokableTool<z.infer<Input>, string> =>
  tool({
    name: config.name,
    description: config.description,
    inputSchema: config.inputSchema,
    callback: async (input) => {
      try {
        return sized(await config.run(input));
      } catch (error) {
        // Our own errors name the file, and its name is the owner's business.
        if (!(error instanceof ToolRefusal)) logWithoutText(log, 'tool_failed', error, { tool: config.name });
        throw forModel(error);
      }
    },
  });
