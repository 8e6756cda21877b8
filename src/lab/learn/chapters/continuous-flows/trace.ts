/** Hutchinson’s estimate of a trace: probes of signs and of normal numbers. */
import { fieldAt } from '../../../../diffusion/ode-flow/index.ts'
import { constant, input, matmul } from '../../../../engine/graph/index.ts'
import { evaluate } from '../../../../engine/graph/reference/index.ts'
import { key, normal, rademacher } from '../../../../engine/random/index.ts'
import { once } from '../../../../once.ts'
import { figure } from '../../figure.ts'
import { deviationOf, histogram, meanOf, shown } from '../../shared/series.ts'

const [size, count] = [4, 600]

/** ∂v/∂x, row by row: fixed numbers with these weights on and off the diagonal; a share of what is off it is a rotation. */
export function jacobianOf(diagonal: number, off: number, turning: number): Float64Array {
  const z = normal(key('jacobian'), new Float64Array(size * size))
  return Float64Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size]
    if (i === j) return diagonal * (1 + 0.5 * z[at]!)
    const pair = z[Math.min(i, j) * size + Math.max(i, j)]!
    return off * pair * (1 - turning + turning * (i < j ? 1 : -1))
  })
}

/** The exact trace, and an estimate for each probe. */
export function estimates(matrix: Float64Array, probes: Float64Array) {
  const weight = constant(Float32Array.from(matrix), [size, size])
  const field = (x: ReturnType<typeof input>) => matmul(x, weight, { transposeB: true })
  const time = constant([0.5], [1])
  const x = constant(new Float32Array(count * size), [count, size])
  const one = fieldAt(field, constant(new Float32Array(size), [1, size]), time)
  const all = fieldAt(field, x, time, input('probe', [count, size]))
  const [exact, found] = evaluate([one.divergence, all.divergence], { probe: probes })
  return { exact: Number(exact.data[0]), found: Float64Array.from(found.data) }
}

export const probesOf = once(() => ({
  signs: rademacher(key('probes'), new Float64Array(count * size)),
  normal: normal(key('probes'), new Float64Array(count * size)),
}))

export const trace = figure({
  id: 'trace',
  title: 'A trace by one product',
  hint: 'Make the Jacobian diagonal: signs are exact, for their squares are 1. Make what is off it a rotation: it has no part in the trace, and none in the noise.',
  controls: {
    diagonal: { kind: 'slider', label: 'on the diagonal', min: -1, max: 1, step: 0.05, initial: 0.6 },
    off: { kind: 'slider', label: 'off the diagonal', min: 0, max: 1, step: 0.05, initial: 0.4 },
    turning: { kind: 'slider', label: 'share that is a rotation', min: 0, max: 1, step: 0.05, initial: 0 },
  },
  show({ diagonal, off, turning }) {
    const matrix = jacobianOf(diagonal, off, turning)
    const probes = probesOf()
    const { exact, found } = estimates(matrix, probes.signs)
    const { found: byNormal } = estimates(matrix, probes.normal)
    const reach = Math.max(2, 3 * deviationOf(byNormal))
    const [low, high] = [exact - reach, exact + reach]
    const [a, b] = [histogram(byNormal, low, high, 48), histogram(found, low, high, 48)]
    return {
      views: [
        {
          kind: 'plot',
          title: `${count} estimates of one probe each`,
          x: { label: 'εᵀ (∂v/∂x) ε', min: low, max: high },
          y: { label: 'density', min: 0, max: Math.max(...a.y, ...b.y) * 1.05 },
          marks: [
            { kind: 'bars', ...b, ink: 'model', label: 'signs' },
            { kind: 'line', x: a.x, y: a.y, ink: 'noise', label: 'normal numbers' },
            { kind: 'rule', x: exact, ink: 'exact', label: 'the trace' },
          ],
        },
      ],
      numbers: {
        trace: exact,
        signs: deviationOf(found),
        normal: deviationOf(byNormal),
        mean: meanOf(found),
      },
      caption: `The trace is ${shown(exact)}. Estimates by signs have mean ${shown(meanOf(found))} and deviation ${shown(deviationOf(found))}; by normal numbers the deviation is ${shown(deviationOf(byNormal))}.`,
    }
  },
})
