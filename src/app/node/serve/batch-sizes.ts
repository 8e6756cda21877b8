/** Batches of several requests have few sizes, so that each is compiled once. */
const sizes = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128]

/** The size of the batch in which so many items go through. */
export const fullSize = (items: number): number => sizes.find((each) => each >= items) ?? items
