/** Where items go that do not fit in memory: readers of files append them, one after another. */
import type { StoredItems } from './stored-items.ts'

/** What decides whether items go to disk, and makes room for them there. */
export interface ItemStorage {
  /**
   * Begins to write items; undefined where they go into memory.
   *
   * @param need the bytes that reading the items takes in memory, and those that they take on disk at least
   * @throws TweedieError `data` where nothing can be written, or there is too little room
   */
  begin(need: { readonly memory: number; readonly disk: number }): Promise<ItemSink | undefined>
}

/** Takes the items of one data set. */
export interface ItemSink {
  /**
   * Appends a record of values and returns its number, from 0 on. All records are of one type; sizes may differ until `finish`.
   *
   * @throws TweedieError `data` where it cannot be written
   */
  append(values: Uint8Array | Float32Array): number
  /**
   * Ends the writing.
   *
   * @param records the records that are items, in their order
   * @param convert where records must be changed, the values of the one at a place in that order
   */
  finish(records: Uint32Array, options?: FinishOptions): Promise<StoredItems>
}

/** How records become items. */
export interface FinishOptions {
  readonly convert?: ((values: Uint8Array | Float32Array, place: number) => Uint8Array | Float32Array) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Opens data, with a place for their items if they are too large for memory. */
export type OpenWith<Data> = (storage: ItemStorage | undefined) => Promise<Data>
