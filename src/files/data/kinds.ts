/** The kinds of data whose items are arrays of one shape. */

/**
 * What the numbers of an item are:
 * - `image`: a picture `[C, H, W]`, of bytes or of other numbers;
 * - `video`: pictures over time, `[C, T, H, W]`, of bytes or of other numbers;
 * - `fields`: physical quantities over time and place, `[C, T, H, W]`, or one state of them, `[C, H, W]`; standardised channel by channel;
 * - `points`: a vector `[d]`, standardised column by column;
 * - `cloud`: a set of n points `[n, d]`, whose order means nothing;
 * - `array`: any other numbers.
 */
export const valueKinds = Object.freeze(['image', 'video', 'fields', 'points', 'cloud', 'array'] as const)

/** One of {@link valueKinds}. */
export type ValueKind = (typeof valueKinds)[number]

/** What several items of a kind are called. */
export const namesOfKinds: Readonly<Record<ValueKind, string>> = Object.freeze({
  image: 'images',
  video: 'videos',
  fields: 'fields',
  points: 'points',
  cloud: 'clouds',
  array: 'arrays',
})

/** Whether this is the name of such a kind. */
export function isValueKind(kind: string): kind is ValueKind {
  return (valueKinds as readonly string[]).includes(kind)
}
