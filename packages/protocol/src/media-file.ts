import * as z from 'zod/mini';

/** A file in the media store; the key has no part that could climb out of it. */
export const mediaFileFields = {
  key: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,128}\/[A-Za-z0-9_-]{1,160}$/u)),
  mediaType: z.string().check(z.minLength(1)),
  sizeBytes: z.int().check(z.nonnegative()),
};
