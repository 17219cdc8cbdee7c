import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Serves the chat page's files; TypeScript modules go out with their types stripped. @returns false when there is no such file. */
export const servePage = async (response: ServerResponse, folder: string, path: string): Promise<boolean> => {
  const name = path === '/' ? 'index.html' : path.replace(/^\/page\//, '');
  const type = types[extname(name)];
  if (type === undefined || normalize(name).startsWith('..') || name.includes('\0') || name.includes('.test.'))
    return false;
  const source = await readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return null;
    throw error;
  });
  if (source === null) return false;
  response.writeHead(200, {
    'content-type': type,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self'; frame-ancestors 'none'",
  });
  response.end(name.endsWith('.ts') ? withoutTypes(source.toString('utf8')) : source);
  return true;
};

/**
 * Node warns once per process that this function is experimental; the person who reads the terminal can do nothing about it.
 * Nothing else can run, or warn, while the function does.
 */
const withoutTypes = (source: string): string => {
  const emitWarning = Object.getOwnPropertyDescriptor(process, 'emitWarning') ?? {};
  Object.defineProperty(process, 'emitWarning', { ...emitWarning, value: () => undefined });
  try {
    return stripTypeScriptTypes(source);
  } finally {
    Object.defineProperty(process, 'emitWarning', emitWarning);
  }
};
