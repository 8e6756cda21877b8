/**
 * The one global name in the types of this package. It merges with the declarations of the DOM and of Node, and stands in
 * for them in a project that has neither.
 */

/** Signals that work should stop: `new AbortController().signal`. */
interface AbortSignal {
  readonly aborted: boolean
  // oxlint-disable-next-line typescript/no-explicit-any -- as the DOM and Node declare it
  readonly reason: any
}
