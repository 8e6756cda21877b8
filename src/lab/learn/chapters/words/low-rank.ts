/** A change of weights, and the nearest one of low rank. */
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'

export const size = 24

/** Row k of an orthonormal basis: cosines. */
const wave = (k: number, i: number): number =>
  Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos((Math.PI * k * (2 * i + 1)) / (2 * size))

/** Singular values that fall by this factor from one to the next. */
export const valuesFalling = (fall: number): number[] => Array.from({ length: size }, (_, k) => fall ** k)

/** Σ_{k < rank} s_k u_k v_kᵀ, row by row; both sides are waves, in another order. */
export function matrixOf(values: readonly number[], rank: number): Float64Array {
  const out = new Float64Array(size * size)
  for (let k = 0; k < rank; k++) {
    for (let i = 0; i < out.length; i++) {
      out[i]! += values[k]! * wave((5 * k + 1) % size, Math.floor(i / size)) * wave((7 * k + 2) % size, i % size)
    }
  }
  return out
}

export const lowRankFigure = figure({
  id: 'low-rank',
  title: 'A change of low rank',
  hint: 'Raise the rank until both squares look alike. Where singular values fall slowly, more is needed.',
  controls: {
    rank: { kind: 'slider', label: 'rank r', min: 1, max: size, step: 1, initial: 3 },
    fall: {
      kind: 'slider',
      label: 'each singular value, of the one before',
      min: 0.3,
      max: 0.95,
      step: 0.05,
      initial: 0.6,
    },
  },
  play: { control: 'rank', seconds: 6 },
  show({ rank, fall }) {
    const values = valuesFalling(fall)
    const whole = matrixOf(values, size)
    const most = whole.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0)
    const energy = (from: number): number => values.slice(from).reduce((sum, value) => sum + value ** 2, 0)
    const error = Math.sqrt(energy(rank) / energy(0))
    const [few, all] = [2 * rank * size, size * size]
    const axis = { label: '', min: 0, max: size, bare: true }
    const square = (title: string, entries: Float64Array) =>
      ({
        kind: 'plot',
        title,
        x: axis,
        y: axis,
        equal: true,
        marks: [
          { kind: 'heat', values: entries, columns: size, rows: size, range: [-most, most], palette: 'diverging' },
        ],
      }) as const
    return {
      views: [square('the change ΔW', whole), square(`B A of rank ${rank}`, matrixOf(values, rank))],
      numbers: { rank, few, all, error },
      caption: `Rank ${rank} has ${few} numbers in the place of ${all}, and is off by ${say(100 * error)} % of the change.`,
    }
  },
})
