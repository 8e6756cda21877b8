/** Squares in three colours with a light or a dark middle: the colour is asked for in words, and the middle is the style, a class. */
import { createDataset } from '../../../src/files/data/dataset.ts'

const colours = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255] } as const
const names = Object.keys(colours) as (keyof typeof colours)[]
export const styles = ['light', 'dark'] as const

/** Item i has colour i % 3 and style ⌊i / 3⌋ % 2. */
export const squares = createDataset({
  name: 'squares',
  kind: 'image',
  shape: [3, 8, 8],
  data: Uint8Array.from({ length: 48 * 192 }, (_, at) => {
    const [i, channel, y, x] = [Math.floor(at / 192), Math.floor(at / 64) % 3, Math.floor(at / 8) % 8, at % 8]
    const inner = [x, y].every((each) => each > 1 && each < 6)
    return inner ? 255 * (1 - styleOf(i)) : colours[names[i % 3]!][channel]!
  }),
  labels: Int32Array.from({ length: 48 }, (_, i) => styleOf(i)),
  classNames: styles,
  captions: Array.from({ length: 48 }, (_, i) => [`a ${names[i % 3]!} square`]),
})

function styleOf(i: number): number {
  return Math.floor(i / 3) % 2
}

/** The colour of a square's border, and how light its middle is: 1 light, −1 dark. */
export function seen(items: Float32Array, i: number): { readonly colour: string; readonly middle: number } {
  const mean = (channel: number, inside: boolean): number => {
    const at = Array.from({ length: 64 }, (_, p) => p).filter(
      (p) => [p % 8, Math.floor(p / 8)].every((each) => each > 1 && each < 6) === inside,
    )
    return at.reduce((sum, p) => sum + items[(i * 3 + channel) * 64 + p]! / at.length, 0)
  }
  const border = [0, 1, 2].map((channel) => mean(channel, false))
  const brightest = border.indexOf(Math.max(...border))
  return { colour: names[brightest]!, middle: [0, 1, 2].reduce((sum, channel) => sum + mean(channel, true) / 3, 0) }
}

/** Training so small that it takes seconds. */
export const small = { captions: true, batch: 12, widths: [8, 16], textWidth: 16, textLayers: 1 } as const
