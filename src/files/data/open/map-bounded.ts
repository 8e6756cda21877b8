/** Asynchronous work on many items, a few at a time. */

/** How much may be at work at once, besides the number of items. */
export interface Weighed<T> {
  /** What an item takes while it is at work. */
  readonly weight: (item: T) => number
  /** The most of all together; an item that takes more is at work alone. */
  readonly most: number
}

/** Maps every item, at most `limit` of them at once, and keeps their order. The first rejection ends it. */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
  { weight, most }: Weighed<T> = { weight: () => 0, most: 0 },
): Promise<R[]> {
  const results: R[] = []
  const now = { next: 0, atWork: 0, weights: 0, ended: false }
  return new Promise((resolve, reject) => {
    const begin = (): void => {
      while (!now.ended && now.next < items.length && now.atWork < limit) {
        const own = weight(items[now.next]!)
        if (now.atWork > 0 && now.weights + own > most) return
        const index = now.next++
        now.atWork++
        now.weights += own
        void one(index, own)
      }
      if (!now.ended && now.atWork === 0 && now.next >= items.length) resolve(results)
    }
    const one = async (index: number, own: number): Promise<void> => {
      try {
        results[index] = await work(items[index]!, index)
      } catch (error) {
        now.ended = true
        reject(error as Error)
      }
      now.atWork--
      now.weights -= own
      begin()
    }
    begin()
  })
}
