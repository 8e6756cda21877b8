/** What panels are made of: lines, dots, bands, bars, arrows and shaded planes. */
import sharp from 'sharp'
import { type Frame, type Mark, pixel } from './figure.ts'

/** Colours that the colour-blind can tell apart (Okabe & Ito, 2008). */
export const colors = Object.freeze({
  blue: '#0072B2',
  orange: '#E69F00',
  green: '#009E73',
  red: '#D55E00',
  purple: '#CC79A7',
  sky: '#56B4E9',
  black: '#222222',
  grey: '#999999',
})

/** The colours in the order in which curves take them. */
export const palette: readonly string[] = [
  colors.blue,
  colors.red,
  colors.green,
  colors.orange,
  colors.purple,
  colors.sky,
  colors.black,
  colors.grey,
]

type Point = readonly [x: number, y: number]

/** How a line looks. */
export interface Stroke {
  readonly color?: string
  readonly width?: number
  readonly dash?: string
  readonly opacity?: number
}

/** A line through points; where one is not finite the line is broken. */
export function line(points: readonly Point[], stroke: Stroke = {}): Mark {
  return (frame) => {
    let pen = 'M'
    const path = points
      .map(([x, y]) => {
        const [left, top] = [frame.x(x), frame.y(y)]
        if (!Number.isFinite(left + top)) {
          pen = 'M'
          return ''
        }
        // far outside is as good as just outside, and shorter
        const step = `${pen}${pixel(left)} ${pixel(Math.max(-5000, Math.min(5000, top)))}`
        pen = 'L'
        return step
      })
      .join('')
    return `<path d="${path}" ${strokeOf(stroke)}/>`
  }
}

/** A curve y = f(x), sampled evenly along the axis. */
export function curve(f: (x: number) => number, from: number, to: number, stroke: Stroke = {}, count = 160): Mark {
  return line(
    Array.from({ length: count + 1 }, (_, i) => {
      const x = from + ((to - from) * i) / count
      return [x, f(x)]
    }),
    stroke,
  )
}

/** Dots of a radius in pixels. */
export function dots(
  points: readonly Point[],
  { color = colors.black, radius = 2.5, opacity = 1 }: { color?: string; radius?: number; opacity?: number } = {},
): Mark {
  return (frame) =>
    `<g fill="${color}" fill-opacity="${opacity}">${points
      .map(([x, y]) => `<circle cx="${pixel(frame.x(x))}" cy="${pixel(frame.y(y))}" r="${radius}"/>`)
      .join('')}</g>`
}

/** Bars from zero: a histogram of densities. */
export function bars(heights: readonly number[], from: number, to: number, color: string): Mark {
  const width = (to - from) / heights.length
  return (frame) =>
    `<g fill="${color}">${heights
      .map((height, i) => {
        const [left, right] = [frame.x(from + i * width), frame.x(from + (i + 1) * width)]
        const top = frame.y(height)
        return `<rect x="${pixel(left)}" y="${pixel(top)}" width="${pixel(right - left)}" height="${pixel(frame.y(0) - top)}"/>`
      })
      .join('')}</g>`
}

/** Arrows from points along vectors, both in the axes' units. */
export function arrows(tails: readonly Point[], vectors: readonly Point[], stroke: Stroke = {}): Mark {
  return (frame) => {
    const path = tails.map(([x, y], i) => {
      const [dx, dy] = vectors[i]!
      const [fromX, fromY, toX, toY] = [frame.x(x), frame.y(y), frame.x(x + dx), frame.y(y + dy)]
      const [across, down] = [toX - fromX, toY - fromY]
      const head = Math.min(4, 0.4 * Math.hypot(across, down))
      const angle = Math.atan2(down, across)
      const barb = (turn: number): string =>
        `${pixel(toX - head * Math.cos(angle + turn))} ${pixel(toY - head * Math.sin(angle + turn))}`
      return `M${pixel(fromX)} ${pixel(fromY)}L${pixel(toX)} ${pixel(toY)}M${barb(0.5)}L${pixel(toX)} ${pixel(toY)}L${barb(-0.5)}`
    })
    return `<path d="${path.join('')}" ${strokeOf(stroke)}/>`
  }
}

/** A colour ramp from white, for values from 0 to 1. */
export type Ramp = (value: number) => readonly [number, number, number]

/** From white to a dark colour. */
export function rampTo(hex: string): Ramp {
  const dark = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
  return (value) => {
    const share = Math.max(0, Math.min(1, value))
    return [0, 1, 2].map((c) => Math.round(255 + share * (dark[c]! - 255))) as unknown as [number, number, number]
  }
}

/**
 * A plane of values, one pixel each, stretched over the panel.
 *
 * @param values row by row from the top, `[rows, columns]`, from 0 to 1
 */
export async function plane(values: ArrayLike<number>, columns: number, ramp: Ramp): Promise<Mark> {
  const rows = values.length / columns
  const data = Buffer.from(Array.from(values).flatMap((value) => [...ramp(value)]))
  const png = await sharp(data, { raw: { width: columns, height: rows, channels: 3 } })
    .png()
    .toBuffer()
  const href = `data:image/png;base64,${png.toString('base64')}`
  return ({ left, top, width, height }: Frame) =>
    `<image x="${left}" y="${top}" width="${width}" height="${height}" preserveAspectRatio="none" href="${href}"/>`
}

function strokeOf({ color = colors.black, width = 1.8, dash, opacity = 1 }: Stroke): string {
  const dashes = dash ? ` stroke-dasharray="${dash}"` : ''
  const faded = opacity < 1 ? ` stroke-opacity="${opacity}"` : ''
  return `fill="none" stroke="${color}" stroke-width="${width}" stroke-linejoin="round"${dashes}${faded}`
}
