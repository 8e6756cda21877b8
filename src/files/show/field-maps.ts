/** Fields on a grid as rows of coloured maps, each row with its scale. */
import { blank, type Raster, type Rgb } from '../io/raster.ts'
import { colourOf, type ColourScaleName } from './colour-scale.ts'
import { letterSize, writeLetters } from './letters.ts'

/** A map. */
export interface FieldMap {
  /** `[rows, columns]`. */
  readonly values: ArrayLike<number>
  /** Above it. */
  readonly title?: string | undefined
}

/** Maps of one scale. */
export interface MapRow {
  readonly maps: readonly FieldMap[]
  /** The numbers of the first and the last colour. */
  readonly range: readonly [low: number, high: number]
  readonly colours?: ColourScaleName | undefined
  /** Beside its scale, such as `t2m, K`. */
  readonly label?: string | undefined
}

/** How maps are drawn. */
export interface MapOptions {
  readonly grid: readonly [rows: number, columns: number]
  /** Whether the first row of the grid is the lowest on the map: latitudes that rise. */
  readonly upward?: boolean | undefined
  /** Dots, in rows and columns of the grid, in between too. */
  readonly dots?: readonly (readonly [row: number, column: number])[] | undefined
  /** Dots of the picture to a cell; by default such that a map is about 120 wide. */
  readonly cell?: number | undefined
}

const gap = 6
const ink: Rgb = [40, 40, 40]
/** The width of a scale, and of the numbers beside it. */
const bar = { width: 10, text: 9 * letterSize[0] }

/** All rows as one picture. */
export function fieldMaps(rows: readonly MapRow[], options: MapOptions): Raster {
  const [height, width] = options.grid
  const cell = options.cell ?? Math.max(1, Math.round(120 / width))
  const [wide, high] = [width * cell, height * cell]
  const columns = Math.max(1, ...rows.map(({ maps }) => maps.length))
  const line = letterSize[1] + 3
  const step = line + high + gap
  const left = gap + columns * (wide + gap)
  const out = blank(left + bar.width + 4 + bar.text, gap + rows.length * step)
  const put = (x: number, y: number, colour: Rgb): void => {
    if (x >= 0 && y >= 0 && x < out.width && y < out.height) out.data.set(colour, 3 * (y * out.width + x))
  }
  rows.forEach(({ maps, range, colours = 'value', label }, r) => {
    const top = gap + r * step + line
    const share = (value: number): number => (value - range[0]) / (range[1] - range[0] || 1)
    maps.forEach(({ values, title = '' }, m) => {
      const x0 = gap + m * (wide + gap)
      writeLetters(out, title.slice(0, Math.floor(wide / letterSize[0])), [x0, top - line], ink)
      for (let y = 0; y < high; y++) {
        const own = Math.floor(y / cell)
        const row = options.upward ? height - 1 - own : own
        for (let x = 0; x < wide; x++) {
          put(x0 + x, top + y, colourOf(colours, share(values[row * width + Math.floor(x / cell)]!)))
        }
      }
      for (const [row, column] of options.dots ?? []) {
        const y = top + Math.round(((options.upward ? height - 1 - row : row) + 0.5) * cell)
        dot(put, x0 + Math.round((column + 0.5) * cell), y)
      }
    })
    for (let y = 0; y < high; y++) {
      for (let x = 0; x < bar.width; x++) put(left + x, top + y, colourOf(colours, 1 - y / (high - 1 || 1)))
    }
    const text = left + bar.width + 4
    writeLetters(out, shortNumber(range[1]), [text, top], ink)
    writeLetters(out, shortNumber(range[0]), [text, top + high - letterSize[1]], ink)
    if (label !== undefined) writeLetters(out, label.slice(0, 9), [text, top + Math.floor(high / 2) - 4], ink)
  })
  return out
}

/** A white dot with a dark rim, seen on every colour. */
function dot(put: (x: number, y: number, colour: Rgb) => void, x: number, y: number): void {
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) {
      const far = dx * dx + dy * dy
      if (far <= 5) put(x + dx, y + dy, far <= 1 ? [255, 255, 255] : [0, 0, 0])
    }
  }
}

/** Three digits. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)))
}

/** The least and the largest of some numbers; a little apart where they are one. */
export function extentOf(values: ArrayLike<number>): readonly [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < low) low = values[i]!
    if (values[i]! > high) high = values[i]!
  }
  return low < high ? [low, high] : [low - 0.5, low + 0.5]
}
