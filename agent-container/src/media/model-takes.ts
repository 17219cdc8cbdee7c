import type { DocumentFormat, ImageFormat } from '@strands-agents/sdk';

/** How a file is put before a model. */
export type Shape =
  | { readonly kind: 'image'; readonly format: ImageFormat }
  | { readonly kind: 'document'; readonly format: DocumentFormat }
  /** Read out as text, fenced as data. */
  | { readonly kind: 'text' };

const IMAGES: Readonly<Record<string, ImageFormat>> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const DOCUMENTS: Readonly<Record<string, DocumentFormat>> = {
  'application/pdf': 'pdf',
  'application/msword': 'doc',
  [`${OFFICE}.wordprocessingml.document`]: 'docx',
  'application/vnd.ms-excel': 'xls',
  [`${OFFICE}.spreadsheetml.sheet`]: 'xlsx',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/markdown': 'md',
};

/** Document formats of each provider of `modelFor`; the rest of what is text is read out. */
const TAKEN: Readonly<Record<string, ReadonlySet<DocumentFormat>>> = {
  bedrock: new Set(Object.values(DOCUMENTS)),
  demo: new Set(Object.values(DOCUMENTS)),
  anthropic: new Set(['pdf']),
  openai: new Set(['pdf']),
};

/** @returns how the model named by `spec` takes a file of this type, or null when it does not. */
export const shapeFor = (mediaType: string, spec: string): Shape | null => {
  const image = IMAGES[mediaType];
  if (image !== undefined) return { kind: 'image', format: image };
  const format = DOCUMENTS[mediaType];
  const provider = spec.split(':', 1)[0] ?? '';
  if (format !== undefined && TAKEN[provider]?.has(format) === true) return { kind: 'document', format };
  return mediaType.startsWith('text/') ? { kind: 'text' } : null;
};
