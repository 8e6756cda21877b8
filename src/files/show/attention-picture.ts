/** Words under heat maps: where in a picture a network looked at which word. */
import { blank, depthOf, type Raster, type Rgb } from '../io/raster.ts'
import { letterSize, writeLetters } from './letters.ts'

/** The maps of one picture. */
export interface PictureAttention {
  /** Height and width of the maps. */
  readonly size: readonly [height: number, width: number]
  readonly words: readonly WordMap[]
}

/** One word's map. */
export interface WordMap {
  readonly text: string
  /** `[height, width]`: how much each place looks at the word, 0 … 1. */
  readonly map: Float32Array
}

/** The least side of a panel in dots, so that words fit below it. */
const leastSide = 72
const gap = 4
const ink: Rgb = [40, 40, 40]

/**
 * A row for each picture: the picture, then the same in grey for each word, red where the network looks at it most, with the word below.
 * Colours are relative to each map's own least and greatest value: they say where, and not how much.
 *
 * @param pictures all of the same size, each with its maps
 */
export function attentionPicture(
  pictures: readonly (readonly [picture: Raster, attention: PictureAttention])[],
): Raster {
  const [{ width, height }] = pictures[0]!
  const factor = Math.max(1, Math.ceil(leastSide / width))
  const [wide, high] = [width * factor, height * factor]
  const columns = 1 + Math.max(...pictures.map(([, { words }]) => words.length))
  const line = letterSize[1] + gap
  const out = blank(gap + columns * (wide + gap), gap + pictures.length * (high + line + gap))
  pictures.forEach(([picture, { size, words }], row) => {
    const top = gap + row * (high + line + gap)
    const panel = (column: number, colourAt: (x: number, y: number) => Rgb): number => {
      const left = gap + column * (wide + gap)
      for (let y = 0; y < high; y++) {
        for (let x = 0; x < wide; x++) {
          const colour = colourAt(Math.floor(x / factor), Math.floor(y / factor))
          out.data.set(colour, 3 * ((top + y) * out.width + left + x))
        }
      }
      return left
    }
    const pixel = pixelsOf(picture)
    panel(0, pixel)
    words.forEach(({ text, map }, i) => {
      const [least, most] = boundsOf(map)
      const left = panel(i + 1, (x, y) => {
        const place = Math.floor((y * size[0]) / height) * size[1] + Math.floor((x * size[1]) / width)
        return heated(pixel(x, y), most > least ? (map[place]! - least) / (most - least) : 0)
      })
      writeLetters(out, text.slice(0, Math.floor(wide / letterSize[0])), [left, top + high + gap], ink)
    })
  })
  return out
}

/** The colour of a pixel, on white where it is transparent. */
function pixelsOf(raster: Raster): (x: number, y: number) => Rgb {
  const depth = depthOf(raster)
  return (x, y) => {
    const at = depth * (y * raster.width + x)
    const share = depth === 4 ? raster.data[at + 3]! / 255 : 1
    const [r, g, b] = [0, 1, 2].map((c) => Math.round(share * raster.data[at + c]! + (1 - share) * 255))
    return [r!, g!, b!]
  }
}

/** Grey where the heat is 0, through red to yellow where it is 1. */
function heated([r, g, b]: Rgb, heat: number): Rgb {
  const grey = 0.45 * (0.299 * r + 0.587 * g + 0.114 * b)
  const share = Math.min(1, 1.5 * heat)
  const warm = [255, 255 * Math.max(0, 2 * heat - 1), 40]
  const [x, y, z] = warm.map((each) => Math.round((1 - share) * (grey + 30) + share * (0.3 * grey + 0.7 * each)))
  return [x!, y!, z!]
}

function boundsOf(values: Float32Array): readonly [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)]
  return [least, most]
}
