/** Types for reading images, in a file of their own, so that users of the library need no types of the decoder. */

/** Height and width, pixels. */
export type Size = readonly [height: number, width: number]

/** The background of transparent pixels, a CSS colour. */
export type Background = string

/** How many channels to keep of red, green, blue and opacity: grey, grey and opacity, colour, or all four. */
export type Channels = 1 | 2 | 3 | 4

/** How many bits are kept: 8, or 16 where images have them. */
export type Bits = 8 | 16
