/** Items that lie on disk: read one by one, where they are needed, and ahead of that where it is known. */

/** What reads them. All of it is a function of the index: what was read ahead changes the speed, and nothing else. */
export interface StoredItems {
  /** Where they lie, for people. */
  readonly place: string
  /** What the values are. */
  readonly type: 'uint8' | 'float32'
  /** Bytes of an item. */
  readonly itemBytes: number
  /**
   * Writes the values of an item into `out`, as they are stored.
   *
   * @throws TweedieError `data` where it cannot be read, or is damaged
   */
  read(index: number, out: Uint8Array | Float32Array): void
  /** Begins to read items that will be needed, and does not wait for them. */
  ahead(indices: ArrayLike<number>): void
  /** A checksum of each item's bytes (CRC-32), in the order of the items. */
  checks(): Uint32Array
}

/** Some of the items, in the given order. */
export function someOf(stored: StoredItems, indices: Uint32Array): StoredItems {
  const mapped = (some: ArrayLike<number>): Uint32Array => Uint32Array.from(some, (i) => indices[i]!)
  return Object.freeze<StoredItems>({
    ...stored,
    read: (index, out) => stored.read(indices[index]!, out),
    ahead: (some) => stored.ahead(mapped(some)),
    checks: () => {
      const all = stored.checks()
      return Uint32Array.from(indices, (index) => all[index]!)
    },
  })
}
