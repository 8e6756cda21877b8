/** Balls and sticks as SVG: what is far is drawn first. */
import type { Rgb } from '../../io/raster.ts'
import type { MoleculeScene } from './scene.ts'

const hex = (colour: readonly number[]): string =>
  `#${colour
    .map((each) =>
      Math.round(Math.min(255, Math.max(0, each)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
const mixed = (colour: Rgb, other: Rgb, share: number): number[] =>
  colour.map((each, i) => each + share * (other[i]! - each))

const white: Rgb = [255, 255, 255]
const black: Rgb = [0, 0, 0]

/** Steps of haze: each colour is a gradient for each of these. */
const steps = 6

/** What gradients are used, and the marks of a panel. */
export interface SvgPanel {
  readonly gradients: ReadonlyMap<string, string>
  readonly marks: string
}

/**
 * The marks of one panel; `reach` is half of its width in ångström. Balls are circles with a gradient, sticks are lines with a
 * bright one along their middle.
 */
export function panelMarks({ balls, sticks }: MoleculeScene, width: number, height: number, reach: number): SvgPanel {
  const scale = width / (2 * reach)
  const [ox, oy] = [width / 2, height / 2]
  const gradients = new Map<string, string>()
  const paleOf = (z: number): number =>
    (0.45 * Math.round(steps * Math.min(1, Math.max(0, 0.5 - z / (2 * reach))))) / steps
  const f = (value: number): string => String(Number(value.toFixed(2)))
  const shapes: { readonly z: number; readonly text: string }[] = []
  for (const { x, y, z, radius, colour } of balls) {
    const base = mixed(colour, white, paleOf(z)) as unknown as Rgb
    const id = `ball-${hex(base).slice(1)}`
    if (!gradients.has(id)) {
      const [bright, dark] = [hex(mixed(base, white, 0.65)), hex(mixed(base, black, 0.42))]
      const stops = [
        [0, bright],
        [0.35, hex(base)],
        [1, dark],
      ].map(([offset, stop]) => `<stop offset="${offset}" stop-color="${stop}"/>`)
      gradients.set(id, `<radialGradient id="${id}" cx="0.35" cy="0.3" r="0.75">${stops.join('')}</radialGradient>`)
    }
    shapes.push({
      z,
      text: `<circle cx="${f(ox + scale * x)}" cy="${f(oy - scale * y)}" r="${f(scale * radius)}" fill="url(#${id})"/>`,
    })
  }
  for (const { from, to, radius, colour } of sticks) {
    const z = (from[2] + to[2]) / 2 - 0.05
    const base = mixed(colour, white, paleOf(z)) as unknown as Rgb
    const ends = `x1="${f(ox + scale * from[0])}" y1="${f(oy - scale * from[1])}" x2="${f(ox + scale * to[0])}" y2="${f(oy - scale * to[1])}"`
    const line = (stroke: string, width: number): string =>
      `<line ${ends} stroke="${stroke}" stroke-width="${f(scale * width)}"/>`
    const text =
      line(hex(mixed(base, black, 0.4)), 2 * radius) +
      line(hex(base), 1.5 * radius) +
      line(hex(mixed(base, white, 0.45)), 0.5 * radius)
    shapes.push({ z, text })
  }
  const marks = shapes.toSorted((a, b) => a.z - b.z).map(({ text }) => text)
  return { gradients, marks: marks.join('') }
}
