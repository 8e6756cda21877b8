/** Words for how images are read; no more than types, so that whoever uses the library needs no types of the decoder. */

/** Height and width, pixels. */
export type Size = readonly [height: number, width: number]

/** What lies behind transparent pixels, as CSS says colours. */
export type Background = string

/** How many channels are kept of red, green, blue and opacity: grey, grey and opacity, colour, or all four. */
export type Channels = 1 | 2 | 3 | 4

/** How many bits are kept: 8, or 16 where images have them. */
export type Bits = 8 | 16
