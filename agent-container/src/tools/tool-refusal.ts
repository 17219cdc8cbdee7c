/**
 * Tells the model that a tool did not do it, and what to do instead. Its text is written for the model; any other error
 * is replaced before the model sees it, because a raw exception can carry bucket names, request ids or file contents.
 */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal';
}
