/** Jumps along the flow from segment to segment, and as many steps of DDIM. */
import { wasserstein1d } from '../../../../tools/metrics/index.ts'
import { figure } from '../../figure.ts'
import { evenly, histogram, shown } from '../../shared/series.ts'
import { between, dataDensity, led, path, quantiles } from './flow.ts'

const [count, start] = [300, 0.999]
const grid = evenly(-2.2, 2.2, 177)

/** States at the ends of segments: by exact jumps, and by one step of DDIM each. */
export async function segmentsOf(steps: number, x: Float64Array) {
  const times = between(start, 0, steps)
  const jumps = [x]
  for (const [i, t] of times.slice(0, -1).entries()) {
    jumps.push(await led(jumps.at(-1)!, t, times[i + 1]!, Math.max(4, Math.round(64 / steps))))
  }
  return { times, jumps, ddim: await path(x, times) }
}

export const segments = figure({
  id: 'segments',
  title: 'Jumps and steps',
  hint: 'One step of DDIM puts everything at the mean of the data; a jump knows where the flow leads. Add steps until DDIM has the two groups right.',
  controls: {
    steps: { kind: 'slider', label: 'S, steps', min: 1, max: 16, step: 1, initial: 4 },
    show: {
      kind: 'choice',
      label: 'paths',
      options: [
        { value: 'jumps', label: 'jumps along the flow' },
        { value: 'ddim', label: 'DDIM' },
      ],
      initial: 'ddim',
    },
  },
  async show({ steps, show }) {
    const x = quantiles(count)
    const { times, jumps, ddim } = await segmentsOf(steps, x)
    const few = quantiles(16)
    const flow = await path(few, between(start, 0, 48))
    const flowTimes = between(start, 0, 48)
    const paths = await segmentsOf(steps, few)
    const rows = paths[show]
    const ends = (show === 'jumps' ? jumps : ddim).at(-1)!
    const distance = wasserstein1d(ddim.at(-1)!, jumps.at(-1)!)
    const bars = histogram(ends, -2.2, 2.2, 55)
    return {
      views: [
        {
          kind: 'plot',
          title: 'paths over the probability flow',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'x', min: -2.4, max: 2.4 },
          marks: [
            ...Array.from(few, (_, i) => ({
              kind: 'line' as const,
              x: flowTimes,
              y: flow.map((row) => row[i]!),
              ink: 'muted' as const,
              width: 1,
            })),
            ...Array.from(few, (_, i) => ({
              kind: 'line' as const,
              x: times,
              y: rows.map((row) => row[i]!),
              ink: 'model' as const,
              width: 1.5,
              ...(i === 0 && { label: show === 'jumps' ? 'jumps' : 'steps of DDIM' }),
            })),
          ],
        },
        {
          kind: 'plot',
          title: 'where they end',
          x: { label: 'x₀', min: -2.2, max: 2.2 },
          y: { label: 'density', min: 0, max: Math.min(8, Math.max(1.6, ...bars.y)) },
          marks: [
            { kind: 'bars', ...bars, ink: 'model', label: show === 'jumps' ? 'after jumps' : 'after DDIM' },
            { kind: 'line', x: grid, y: dataDensity(grid), ink: 'exact', label: 'data' },
          ],
        },
      ],
      numbers: { steps, distance },
      caption: `After ${steps} steps of DDIM the samples are ${shown(distance, 3)} (Wasserstein) from where the flow leads. Jumps are there by definition, in any number.`,
    }
  },
})
