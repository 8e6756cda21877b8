/** Consistency sampling: jump to data, add noise, jump again. A jump that is not exact is mended by the next. */
import type { Denoiser, FloatArray } from '../../../../diffusion/denoise/index.ts'
import { consistency } from '../../../../diffusion/sample/index.ts'
import { wasserstein1d } from '../../../../tools/metrics/index.ts'
import { figure } from '../../figure.ts'
import { drawn } from '../../shared/drawn.ts'
import { evenly, histogram, shown } from '../../shared/series.ts'
import { between, dataDensity, led, mixture, quantiles, schedule } from './flow.ts'

const count = 400
const grid = evenly(-2.2, 2.2, 177)

/**
 * A student that jumps to data, and errs towards the posterior mean.
 *
 * @param error 0 is the flow, 1 the mean
 */
export const student = (error: number): Denoiser => ({
  schedule,
  shape: [1],
  async denoise(x: FloatArray, t: number) {
    const end = await led(Float64Array.from(x), t, 0, 30)
    const mean = mixture.denoise(x, t)
    return end.map((value, i) => (1 - error * t) * value + error * t * mean[i]!)
  },
})

/** Samples in so many jumps, and where exact ones end. */
export async function jumped(error: number, steps: number) {
  const x = await drawn(student(error), {
    sampler: consistency(),
    times: between(0.999, 0, steps),
    x: quantiles(count),
    seed: 7,
  })
  return { x, distance: wasserstein1d(x, await led(quantiles(count), 0.999, 0)) }
}

export const sampling = figure({
  id: 'sampling',
  title: 'Jump, noise, jump again',
  hint: 'With an error, one jump leaves samples between the groups. Each further jump starts from less noise, where the student errs less.',
  controls: {
    steps: { kind: 'slider', label: 'jumps', min: 1, max: 6, step: 1, initial: 1 },
    error: { kind: 'slider', label: 'error of the student', min: 0, max: 1, step: 0.05, initial: 0.4 },
  },
  async show({ steps, error }) {
    const { x, distance } = await jumped(error, steps)
    const bars = histogram(x, -2.2, 2.2, 55)
    return {
      views: [
        {
          kind: 'plot',
          x: { label: 'x₀', min: -2.2, max: 2.2 },
          y: { label: 'density', min: 0, max: Math.max(1.6, ...bars.y) },
          marks: [
            {
              kind: 'bars',
              ...bars,
              ink: 'model',
              label: `${count} samples in ${steps} ${steps === 1 ? 'jump' : 'jumps'}`,
            },
            { kind: 'line', x: grid, y: dataDensity(grid), ink: 'exact', label: 'data' },
          ],
        },
      ],
      numbers: { steps, distance },
      caption: `In ${steps} ${steps === 1 ? 'jump' : 'jumps'} the samples are ${shown(distance, 3)} (Wasserstein) from the flow’s own.`,
    }
  },
})
