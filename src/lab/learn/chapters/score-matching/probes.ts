/** The trace of a Jacobian by random directions: what slicing costs in scatter. */
import { analyticDivergence, type DivergenceDenoiser, gaussianDenoiser } from '../../../../diffusion/denoise/index.ts'
import { fold, key, normal, rademacher } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { average, say, varianceOf } from '../../shared/curve.ts'
import { histogram, middles } from '../../shared/grid.ts'
import { levels, timeOfSigma } from '../../shared/levels.ts'

const draws = 400

/** A Gaussian in d dimensions whose neighbours have this correlation, in powers of their distance. */
export function correlated(d: number, correlation: number): DivergenceDenoiser {
  const covariance = Float64Array.from(
    { length: d * d },
    (_, at) => correlation ** Math.abs(Math.floor(at / d) - (at % d)),
  )
  return analyticDivergence(gaussianDenoiser({ schedule: levels, mean: new Float64Array(d), covariance }))
}

/** vᵀ (∂s/∂x) v of as many random directions, from s = (E[x₀ | x] − x)/σ². */
export async function estimates(denoiser: DivergenceDenoiser, d: number, sigma: number, law: 'signs' | 'normal') {
  const v = (law === 'signs' ? rademacher : normal)(fold(key('probes'), law), new Float64Array(draws * d))
  const { trace } = await denoiser.denoiseAndTrace(new Float64Array(draws * d), timeOfSigma(sigma), v)
  return trace.map((value, item) => {
    let square = 0
    for (let i = 0; i < d; i++) square += v[item * d + i]! ** 2
    return (value - square) / sigma ** 2
  })
}

export const probesFigure = figure({
  id: 'probes',
  title: 'A trace from random directions',
  hint: 'Without correlation random signs hit the trace at once; normal numbers scatter. Raise the correlation, then the dimension.',
  controls: {
    d: { kind: 'slider', label: 'dimensions', min: 1, max: 24, step: 1, initial: 12 },
    correlation: { kind: 'slider', label: 'correlation', min: 0, max: 0.9, step: 0.1, initial: 0.4 },
    sigma: { kind: 'slider', label: 'σ', min: 0.5, max: 2, step: 0.1, initial: 1 },
  },
  async show({ d, correlation, sigma }) {
    const denoiser = correlated(d, correlation)
    const { trace } = await denoiser.denoiseAndTrace(new Float64Array(d), timeOfSigma(sigma))
    const exact = (trace[0]! - d) / sigma ** 2
    const [signs, gaussian] = [
      await estimates(denoiser, d, sigma, 'signs'),
      await estimates(denoiser, d, sigma, 'normal'),
    ]
    const [min, max] = [2.2 * exact - 0.5, 0.2]
    const bins = 44
    const [signsDeviation, normalDeviation] = [Math.sqrt(varianceOf(signs)), Math.sqrt(varianceOf(gaussian))]
    const heights = [histogram(signs, min, max, bins), histogram(gaussian, min, max, bins)]
    const top = Math.max(...heights.flat())
    return {
      views: [
        {
          kind: 'plot',
          title: `${draws} estimates of the trace`,
          x: { label: 'vᵀ ∇s v', min, max },
          y: { label: 'density', min: 0, max: 1.1 * Math.min(top, 8 * Math.max(...heights[1]!)) },
          marks: [
            { kind: 'bars', x: middles(min, max, bins), y: heights[0]!, ink: { series: 0 }, label: 'random signs' },
            { kind: 'line', x: middles(min, max, bins), y: heights[1]!, ink: { series: 1 }, label: 'normal numbers' },
            { kind: 'rule', x: exact, ink: 'exact', label: 'the trace' },
          ],
        },
      ],
      numbers: { d, exact, signs: average(signs), normal: average(gaussian), signsDeviation, normalDeviation },
      caption:
        `The trace is ${say(exact)}, in ${d} backward passes. One random direction gives it with a deviation of ${say(signsDeviation)} (signs) or ` +
        `${say(normalDeviation)} (normal numbers); the means of ${draws} are ${say(average(signs))} and ${say(average(gaussian))}.`,
    }
  },
})
