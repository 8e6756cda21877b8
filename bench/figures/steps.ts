/** Fréchet distance against the evaluations of the network, a curve for each sampler and a panel for each kind of features. */
import { dots, figure, line, palette } from './plot/index.ts'

/** One sampler at one number of steps. Distances are of equally many samples in all rows of a table. */
export interface StepsRow {
  readonly sampler: string
  /** How the steps are laid out; `default` is the model's own. */
  readonly spacing: string
  readonly steps: number
  /** How many samples. */
  readonly count: number
  /** Of the network, for each sample. */
  readonly evaluations: number
  /** Fréchet distances to the training data, by kind of features. */
  readonly distances: Readonly<Record<string, number>>
  /** The share recognised as the class that was asked for. */
  readonly recognised: number | null
  readonly seconds: number
}

/** The figure of a table. */
export function stepsFigure(rows: readonly StepsRow[]): string {
  const curveOf = ({ sampler, spacing }: StepsRow): string =>
    spacing === 'default' ? sampler : `${sampler}, ${spacing}`
  const samplers = [...new Set(rows.map(curveOf))]
  const kinds = [...new Set(rows.flatMap(({ distances }) => Object.keys(distances)))]
  const all = rows.map(({ evaluations }) => evaluations)
  const panels = kinds.map((kind, panel) => {
    const found = rows.map(({ distances }) => distances[kind]!)
    // what is far off the others would leave nothing of them
    const middle = [...found].sort((a, b) => a - b)[Math.floor(found.length / 2)]!
    const from = Math.min(...found) / 1.15
    const to = Math.min(Math.max(...found), 6 * middle) * 1.15
    return {
      title: kind,
      x: {
        label: 'evaluations of the network',
        from: Math.min(...all) / 1.2,
        to: Math.max(...all) * 1.2,
        log: true,
        ticks: [5, 10, 20, 50, 100, 250, 1000].filter((tick) => tick <= Math.max(...all)),
      },
      y: { ...(panel === 0 && { label: 'Fréchet distance' }), from, to, log: true, ticks: ticksWithin(from, to) },
      marks: samplers.flatMap((sampler, i) => {
        const points = rows
          .filter((row) => curveOf(row) === sampler)
          .map(({ evaluations, distances }) => [evaluations, distances[kind]!] as const)
          .sort(([a], [b]) => a - b)
        return [line(points, { color: palette[i]! }), dots(points, { color: palette[i]!, radius: 3 })]
      }),
    }
  })
  return figure(panels, {
    size: [230, 220],
    legend: samplers.map((label, i) => ({ label, color: palette[i]! })),
  })
}

/** Ticks 1, 2, 5 of every power of ten. */
function ticksWithin(from: number, to: number): number[] {
  const powers = Array.from({ length: 9 }, (_, i) => 10 ** (i - 5))
  return powers.flatMap((power) => [1, 2, 5].map((digit) => digit * power)).filter((tick) => tick >= from && tick <= to)
}
