/** A part of a path without its percent signs; a part that is not valid stays as it is, and names nothing. */
export const decodedPart = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    if (cause instanceof URIError) return part;
    throw cause;
  }
};
