import { AwsError } from '../service.ts';
import type { StoredMessage } from './message-store.ts';

/** The receipt handle of a message's newest receive. */
export const writeReceipt = ({ id, receipt }: StoredMessage): string =>
  Buffer.from(`${id} ${receipt}`).toString('base64url');

/** What a receipt handle names; whether it is still the newest, the caller compares. @throws AwsError ReceiptHandleIsInvalid */
export const readReceipt = (handle: string): { id: number; receipt: string } => {
  const [, id, receipt] = /^(\d+) ([0-9a-f-]{36})$/.exec(Buffer.from(handle, 'base64url').toString()) ?? [];
  if (id === undefined || receipt === undefined) {
    throw new AwsError(
      'ReceiptHandleIsInvalid',
      400,
      `The input receipt handle "${handle}" is not a valid receipt handle.`,
    );
  }
  return { id: Number(id), receipt };
};
