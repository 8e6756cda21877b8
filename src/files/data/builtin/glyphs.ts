/**
 * Handwritten-like digits, 28 × 28, grey, white on black: a stand-in for MNIST that is drawn, not downloaded.
 *
 * A way of writing the digit is chosen, its control points are jittered, the curve is slanted, rotated and stretched,
 * brought to MNIST's size (20 pixels high, centred by its mass), and painted with a soft brush whose pressure varies.
 */
import { cosTurns, fold, integers, normal, sinTurns, uniform, type Key } from '../../../engine/random/index.ts'
import { createDataset, type ArrayDataset } from '../dataset.ts'
import { digitWays, type Stroke } from './glyph-strokes.ts'

const side = 28
/** Pieces that a curve between two knots is cut into. */
const pieces = 5

/** Draws `length` digits. Digit i depends on (key, i) only. */
export function glyphsDataset(length: number, key: Key): ArrayDataset {
  const data = new Uint8Array(length * side * side)
  const labels = integers(fold(key, 'digit'), length, 0, 10)
  const ink = new Float64Array(side * side)
  for (let i = 0; i < length; i++) {
    drawGlyph(labels[i]!, fold(key, i), ink)
    for (let p = 0; p < ink.length; p++) data[i * ink.length + p] = Math.round(255 * ink[p]!)
  }
  return createDataset({
    name: 'glyphs',
    kind: 'image',
    shape: [1, side, side],
    data,
    labels,
    classNames: [...'0123456789'],
  })
}

/** Paints one digit: ink is [28, 28], 0 … 1. */
function drawGlyph(digit: number, key: Key, ink: Float64Array) {
  const u = uniform(key, uniforms)
  const z = normal(fold(key, 'jitter'), normals)
  const ways = digitWays[digit]!
  let used = 0
  const curves = ways[Math.floor(u[0]! * ways.length)]!.map((stroke) => {
    const curve = flatten(jitter(stroke, z.subarray(used)))
    used += 2 * stroke.length
    return curve
  })
  pose(curves, u)
  ink.fill(0)
  const radius = 0.75 + 0.9 * u[6]!
  const pressure = 0.5 * (u[7]! - 0.5)
  for (const curve of curves) paint(curve, radius, pressure, 1.1 + 0.5 * u[8]!, ink)
}

/** Moves every control point at random, σ = 0.022; the two points of a corner stay together. */
function jitter(stroke: Stroke, z: Float64Array): [number, number][] {
  let [dx, dy] = [0, 0]
  return stroke.map(([x, y], i) => {
    const corner = i > 0 && stroke[i - 1]![0] === x && stroke[i - 1]![1] === y
    if (!corner) [dx, dy] = [0.022 * z[2 * i]!, 0.022 * z[2 * i + 1]!]
    return [x + dx, y + dy]
  })
}

/**
 * The points of a quadratic B-spline, x and y by turns: from its first control point to its last one, through the middle
 * of every inner leg, each inner control point being that of a Bézier curve between two middles.
 */
function flatten(control: readonly (readonly [number, number])[]): Float64Array {
  const last = control.length - 1
  const out = [control[0]![0], control[0]![1]]
  for (let i = 1; i < last; i++) {
    const [x, y] = control[i]!
    const [ax, ay] = i === 1 ? control[0]! : middle(control[i - 1]!, control[i]!)
    const [bx, by] = i === last - 1 ? control[last]! : middle(control[i]!, control[i + 1]!)
    for (let n = 1; n <= pieces; n++) {
      const t = n / pieces
      const s = 1 - t
      out.push(s * s * ax + 2 * s * t * x + t * t * bx, s * s * ay + 2 * s * t * y + t * t * by)
    }
  }
  if (last === 1) out.push(control[1]![0], control[1]![1])
  return Float64Array.from(out)
}

function middle(a: readonly [number, number], b: readonly [number, number]): [number, number] {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
}

/** Slants, rotates and stretches the curves, scales them to about 18 pixels (20 with the brush) and centres them. */
function pose(curves: readonly Float64Array[], u: Float64Array) {
  const angle = 0.07 * (u[1]! + u[2]! - 1) // turns: at most 25°, mostly less
  const [c, s] = [cosTurns(angle), sinTurns(angle)]
  const slant = 0.15 + 0.5 * (u[3]! - 0.5)
  const aspect = 0.62 + 0.3 * u[4]!
  let [minX, maxX, minY, maxY, massX, massY, mass] = [Infinity, -Infinity, Infinity, -Infinity, 0, 0, 0]
  for (const curve of curves) {
    for (let i = 0; i < curve.length; i += 2) {
      const y = curve[i + 1]! - 0.5
      const x = aspect * (curve[i]! - 0.5) - slant * y
      curve[i] = c * x - s * y
      curve[i + 1] = s * x + c * y
      minX = Math.min(minX, curve[i]!)
      maxX = Math.max(maxX, curve[i]!)
      minY = Math.min(minY, curve[i + 1]!)
      maxY = Math.max(maxY, curve[i + 1]!)
      if (i === 0) continue
      const weight = distance(curve[i]! - curve[i - 2]!, curve[i + 1]! - curve[i - 1]!)
      massX += (weight * (curve[i]! + curve[i - 2]!)) / 2
      massY += (weight * (curve[i + 1]! + curve[i - 1]!)) / 2
      mass += weight
    }
  }
  const scale = (16.5 + 2 * u[5]!) / Math.max(maxX - minX, maxY - minY)
  // The centre of mass at the centre, give or take, within a margin of 2.5 pixels.
  const place = (mass: number, min: number, max: number, u: number) =>
    Math.min(side - 2.5 - scale * max, Math.max(2.5 - scale * min, side / 2 - scale * mass + 1.5 * (u - 0.5)))
  const shiftX = place(massX / mass, minX, maxX, u[9]!)
  const shiftY = place(massY / mass, minY, maxY, u[10]!)
  for (const curve of curves) {
    for (let i = 0; i < curve.length; i += 2) {
      curve[i] = scale * curve[i]! + shiftX
      curve[i + 1] = scale * curve[i + 1]! + shiftY
    }
  }
}

/**
 * Paints a curve: a pixel at distance d from it gets ½ + (r − d) / softness, clamped to 0 … 1. The radius r runs along the
 * curve from radius · (1 − pressure) to radius · (1 + pressure).
 */
function paint(curve: Float64Array, radius: number, pressure: number, softness: number, ink: Float64Array) {
  const segments = curve.length / 2 - 1
  for (let n = 0; n < segments; n++) {
    const r = radius * (1 + pressure * ((2 * n + 1) / segments - 1))
    const [ax, ay, bx, by] = [curve[2 * n]!, curve[2 * n + 1]!, curve[2 * n + 2]!, curve[2 * n + 3]!]
    const [dx, dy] = [bx - ax, by - ay]
    const squared = dx * dx + dy * dy
    const reach = r + softness / 2
    const fromX = Math.max(0, Math.floor(Math.min(ax, bx) - reach))
    const toX = Math.min(side - 1, Math.ceil(Math.max(ax, bx) + reach))
    const fromY = Math.max(0, Math.floor(Math.min(ay, by) - reach))
    const toY = Math.min(side - 1, Math.ceil(Math.max(ay, by) + reach))
    for (let row = fromY; row <= toY; row++) {
      for (let column = fromX; column <= toX; column++) {
        const px = column + 0.5 - ax
        const py = row + 0.5 - ay
        const along = squared > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / squared)) : 0
        const d = distance(px - along * dx, py - along * dy)
        const value = Math.min(1, 0.5 + (r - d) / softness)
        const at = row * side + column
        if (value > ink[at]!) ink[at] = value
      }
    }
  }
}

function distance(x: number, y: number): number {
  return Math.sqrt(x * x + y * y)
}

const uniforms = new Float64Array(11)
const normals = new Float64Array(64)
