/** Keeps generators of a text model, one for each length. */

/** What is made for a length. */
interface Made {
  readonly generator: { readonly compilations: number; dispose(): void }
}

/** The most lengths to keep; the least recently used is released first. */
const most = 8

/** @param make for a length; undefined is that of training */
export function keptByLength<T extends Made>(make: (length: number | undefined) => T) {
  const kept = new Map<number | undefined, T>()
  let gone = 0
  return {
    /** How many graphs were compiled so far, over all lengths. */
    get compilations(): number {
      return [...kept.values()].reduce((sum, { generator }) => sum + generator.compilations, gone)
    },
    of(length: number | undefined): T {
      const found = kept.get(length) ?? make(length)
      kept.delete(length)
      kept.set(length, found)
      if (kept.size > most) {
        const [oldest, { generator }] = kept.entries().next().value!
        gone += generator.compilations
        kept.delete(oldest)
        generator.dispose()
      }
      return found
    },
    dispose(): void {
      for (const { generator } of kept.values()) generator.dispose()
    },
  }
}
