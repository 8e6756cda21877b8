/** Time series as a picture: thin lines, and dots on them. */
import { blank, type Raster, type Rgb } from '../io/raster.ts'
import { extentOf, shortNumber } from './field-maps.ts'
import { letterSize, writeLetters } from './letters.ts'

/** Lines over the same steps. */
export interface Series {
  readonly title: string
  /** Values at steps 0, 1, 2, … */
  readonly lines: readonly (readonly number[])[]
  /** Points on them: a step, which may be a fraction, and a value. */
  readonly dots: readonly (readonly [step: number, value: number])[]
}

const ink: Rgb = [40, 40, 40]
const lineColour: Rgb = [70, 120, 190]
const dotColour: Rgb = [200, 60, 40]
const [gap, high, margin] = [6, 80, 9 * letterSize[0]] as const

/** One above the other, each with the least and the largest value beside it. */
export function seriesPicture(all: readonly Series[], width: number): Raster {
  const line = letterSize[1] + 3
  const step = line + high + gap
  const out = blank(width, gap + all.length * step)
  const wide = width - margin - 2 * gap
  const put = (x: number, y: number, colour: Rgb): void => {
    const [column, row] = [Math.round(x), Math.round(y)]
    if (column >= 0 && row >= 0 && column < width && row < out.height) out.data.set(colour, 3 * (row * width + column))
  }
  all.forEach(({ title, lines, dots }, i) => {
    const top = gap + i * step + line
    const left = gap + margin
    const [low, high_] = extentOf([...lines.flat(), ...dots.map(([, value]) => value)])
    const last = Math.max(1, ...lines.map((values) => values.length - 1))
    const xOf = (at: number): number => left + (at / last) * (wide - 1)
    const yOf = (value: number): number => top + (1 - (value - low) / (high_ - low)) * (high - 1)
    writeLetters(out, title, [left, top - line], ink)
    writeLetters(out, shortNumber(high_), [gap, top], ink)
    writeLetters(out, shortNumber(low), [gap, top + high - letterSize[1]], ink)
    for (let x = 0; x < wide; x++) put(left + x, top + high, [200, 200, 200])
    for (const values of lines) {
      values.forEach((value, k) => {
        if (k === 0) return
        const before = values[k - 1]!
        const [x0, x1, y0, y1] = [xOf(k - 1), xOf(k), yOf(before), yOf(value)]
        const count = Math.ceil(Math.max(x1 - x0, Math.abs(y1 - y0), 1))
        for (let s = 0; s <= count; s++) put(x0 + (s / count) * (x1 - x0), y0 + (s / count) * (y1 - y0), lineColour)
      })
    }
    for (const [at, value] of dots) {
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const)
        put(xOf(at) + dx, yOf(value) + dy, dotColour)
    }
  })
  return out
}
