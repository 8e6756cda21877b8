/** A mixing matrix W = Q L U diag(e^s): what it makes of a square, and the area. */
import { mixing } from '../../../../diffusion/flow/index.ts'
import { input } from '../../../../engine/graph/index.ts'
import { evaluate } from '../../../../engine/graph/reference/index.ts'
import { Scope } from '../../../../engine/nn/parameters.ts'
import { figure } from '../../figure.ts'
import { square } from '../../shared/field.ts'
import { shown } from '../../shared/series.ts'

/** Corners of the unit square through the matrix, and log |det|; and back. */
export function mixed(turn: number, below: number, above: number, scales: readonly [number, number]) {
  const bijection = mixing([2], turn)
  const scope = new Scope()
  const corners = [0, 0, 1, 0, 1, 1, 0, 1, 0, 0]
  const { y, logDet } = bijection.forward(scope, input('x', [5, 2]), {})
  const feeds = { lower: [0, 0, below, 0], upper: [0, 0, above, 0], log_scale: scales }
  const [there, total] = evaluate([y, logDet], { ...feeds, x: corners })
  const again = bijection.inverse!(new Scope(), input('y', [5, 2]), {})
  const [back] = evaluate([again.y], { ...feeds, y: there.data })
  return { corners: Float64Array.from(there.data), back: Float64Array.from(back.data), logDet: Number(total.data[0]) }
}

/** The area of a polygon whose first corner is also its last. */
export function areaOf(corners: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i + 3 < corners.length; i += 2) {
    sum += corners[i]! * corners[i + 3]! - corners[i + 2]! * corners[i + 1]!
  }
  return Math.abs(sum) / 2
}

const even = (values: Float64Array, first: number) => values.filter((_, i) => i % 2 === first)

export const mix = figure({
  id: 'mix',
  title: 'Mixing',
  hint: 'The triangular parts slant the square and leave its area alone. Only the scales count: log |det| is their sum.',
  controls: {
    below: { kind: 'slider', label: 'L₂₁', min: -1.5, max: 1.5, step: 0.05, initial: 0.6 },
    above: { kind: 'slider', label: 'U₁₂', min: -1.5, max: 1.5, step: 0.05, initial: -0.4 },
    s1: { kind: 'slider', label: 's₁', min: -1, max: 1, step: 0.05, initial: 0.4 },
    s2: { kind: 'slider', label: 's₂', min: -1, max: 1, step: 0.05, initial: -0.2 },
    turn: { kind: 'slider', label: 'rotation Q, its number', min: 0, max: 12, step: 1, initial: 3 },
  },
  show({ below, above, s1, s2, turn }) {
    const { corners, logDet } = mixed(turn, below, above, [s1, s2])
    const area = areaOf(corners)
    const { x, y } = square(3.2)
    return {
      views: [
        {
          kind: 'plot',
          x: { label: 'y₁', min: x[0], max: x[1] },
          y: { label: 'y₂', min: y[0], max: y[1] },
          equal: true,
          marks: [
            { kind: 'line', x: [0, 1, 1, 0, 0], y: [0, 0, 1, 1, 0], ink: 'muted', dashed: true, label: 'unit square' },
            { kind: 'line', x: even(corners, 0), y: even(corners, 1), ink: 'model', width: 2, label: 'W x' },
          ],
        },
      ],
      numbers: { logDet, area, s1, s2 },
      caption: `The square’s area becomes ${shown(area, 3)} = exp(${shown(logDet, 3)}): the sum of the scales, whatever L, U and Q are.`,
    }
  },
})
