/** Colours for numbers: from cold and dark to warm and light, or from white to dark for a spread. */
import type { Rgb } from '../io/raster.ts'

/** The names of {@link colourScales}. */
export type ColourScaleName = keyof typeof colourScales

/** Colours at equal distances, between which colours are mixed. Lightness rises, or falls, all the way: they read in grey too. */
export const colourScales = Object.freeze({
  /** Values: dark blue, green, yellow. */
  value: [
    [38, 20, 84],
    [43, 62, 133],
    [34, 107, 140],
    [40, 147, 128],
    [104, 182, 92],
    [186, 205, 64],
    [253, 231, 76],
  ],
  /** A spread: white where there is none. */
  spread: [
    [255, 255, 255],
    [252, 214, 180],
    [243, 150, 116],
    [210, 78, 84],
    [130, 24, 68],
  ],
} satisfies Record<string, readonly Rgb[]>)

/** The colour of a share from 0 to 1, beyond which it stays; magenta for NaN. */
export function colourOf(name: ColourScaleName, share: number): Rgb {
  if (Number.isNaN(share)) return [255, 0, 255]
  const colours: readonly Rgb[] = colourScales[name]
  const at = Math.min(1, Math.max(0, share)) * (colours.length - 1)
  const below = Math.min(colours.length - 2, Math.floor(at))
  const [from, to] = [colours[below]!, colours[below + 1]!]
  const mixed = (c: 0 | 1 | 2): number => Math.round(from[c] + (at - below) * (to[c] - from[c]))
  return [mixed(0), mixed(1), mixed(2)]
}
