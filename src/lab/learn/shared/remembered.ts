/** What a figure worked out for the same numbers a moment ago. */

/**
 * The function, which keeps its last few results: a control that they do not depend on moves at no cost. Results must not be written
 * into.
 *
 * @param size how many it keeps
 */
export function remembered<A extends readonly (number | string)[], R>(
  make: (...args: A) => R,
  size = 4,
): (...args: A) => R {
  const kept = new Map<string, R>()
  return (...args) => {
    const name = args.join('|')
    if (!kept.has(name)) {
      if (kept.size >= size) kept.delete(kept.keys().next().value!)
      kept.set(name, make(...args))
    }
    return kept.get(name)!
  }
}
