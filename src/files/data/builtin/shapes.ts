/** Coloured figures on a coloured gradient, RGB, labelled by the figure. */
import { cosTurns, fold, integers, sinTurns, uniform, type Key } from '../../../engine/random/index.ts'
import { createDataset, type ArrayDataset } from '../dataset.ts'
import { clamp, type Outline, outlines } from './outlines.ts'

/** Pixels along a side, unless told otherwise. */
const usualSide = 32

const classNames = Object.freeze(Object.keys(outlines) as (keyof typeof outlines)[])

/**
 * Draws `length` figures. Figure i depends on (key, i) only.
 *
 * @param side pixels along a side: the same figures, finer or coarser
 */
export function shapesDataset(length: number, key: Key, side = usualSide): ArrayDataset {
  const data = new Uint8Array(length * 3 * side * side)
  const labels = integers(fold(key, 'figure'), length, 0, classNames.length)
  for (let i = 0; i < length; i++) {
    const image = data.subarray(i * 3 * side * side, (i + 1) * 3 * side * side)
    drawFigure(outlines[classNames[labels[i]!]!], lookOf(uniform(fold(key, i), uniforms), side), image, side)
  }
  return createDataset({ name: 'shapes', kind: 'image', shape: [3, side, side], data, labels, classNames })
}

/** How a figure and its background look, and where it is. */
export interface Look {
  readonly figure: readonly [number, number, number]
  readonly near: readonly [number, number, number]
  readonly far: readonly [number, number, number]
  readonly gradient: readonly [number, number]
  /** Pixels from its centre to its outline, about. */
  readonly size: number
  readonly centre: readonly [x: number, y: number]
  /** In turns. */
  readonly angle: number
}

/** The look that thirteen uniform numbers say. */
export function lookOf(u: ArrayLike<number>, side = usualSide): Look {
  // The figure's hue is at least a quarter of the colour circle away from the background's.
  const hue = u[0]!
  const size = (7 + 5 * u[9]!) * (side / usualSide)
  const room = side - 2 * size - 2
  return {
    figure: rgb(hue + 0.25 + 0.5 * u[1]!, 0.65 + 0.35 * u[2]!, 0.75 + 0.25 * u[3]!),
    near: rgb(hue, 0.3 + 0.4 * u[4]!, 0.25 + 0.35 * u[5]!),
    far: rgb(hue + 0.1 * (u[6]! - 0.5), 0.3 + 0.4 * u[4]!, 0.15 + 0.7 * u[7]!),
    gradient: [cosTurns(u[8]!) / side, sinTurns(u[8]!) / side],
    size,
    centre: [size + 1 + room * u[10]!, size + 1 + room * u[11]!],
    angle: u[12]!,
  }
}

/** Paints one figure into [3, side, side] bytes. */
export function drawFigure(outline: Outline, look: Look, image: Uint8Array, side: number) {
  const plane = side * side
  const { figure, near, far, gradient, size, centre, angle } = look
  const [gradientX, gradientY] = gradient
  const [centreX, centreY] = centre
  const [c, s] = [cosTurns(angle) / size, sinTurns(angle) / size]
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = column + 0.5 - centreX
      const y = row + 0.5 - centreY
      const far01 = clamp(0.5 + (column + 0.5 - side / 2) * gradientX + (row + 0.5 - side / 2) * gradientY)
      // How much of the pixel the figure covers, from its distance to the outline in pixels.
      const reached = x * x + y * y < 2 * size * size
      const cover = reached ? clamp(0.5 - size * outline(c * x + s * y, c * y - s * x)) : 0
      for (let channel = 0; channel < 3; channel++) {
        const behind = near[channel]! + far01 * (far[channel]! - near[channel]!)
        image[channel * plane + row * side + column] = Math.round(255 * (behind + cover * (figure[channel]! - behind)))
      }
    }
  }
}

/** A colour from hue (in turns), saturation and value. */
function rgb(hue: number, saturation: number, value: number): [number, number, number] {
  const channel = (offset: number) => {
    const k = (offset + 6 * hue) % 6
    return value - value * saturation * clamp(Math.min(k, 4 - k))
  }
  return [channel(5), channel(3), channel(1)]
}

const uniforms = new Float64Array(13)
