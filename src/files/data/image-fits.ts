/** How images of another shape are brought to a size. */

/** `cover`: scaled until it covers it, and cut at the edges; `contain`: scaled until it lies within, and framed; `stretch`: to both sides. */
export const imageFits = ['cover', 'contain', 'stretch'] as const
export type ImageFit = (typeof imageFits)[number]
