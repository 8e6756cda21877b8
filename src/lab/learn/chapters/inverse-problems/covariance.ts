/** One number, measured with noise: which covariance each method takes, and the mean that follows. */
import { gaussianDenoiser } from '../../../../diffusion/denoise/index.ts'
import { differentiableGaussian, exactPosterior, mmps, piGdm } from '../../../../diffusion/guidance/index.ts'
import { matrixOperator, observation } from '../../../../diffusion/measure/index.ts'
import { figure } from '../../figure.ts'
import { evenly, shown } from '../../shared/series.ts'
import { schedule } from './mixture.ts'

const times = evenly(0.01, 0.99, 99)

/** Variances of x₀ given x_t, and means given y too, at each time. */
export async function byMethod(variance: number, guess: number, sigma: number, y: number, times: ArrayLike<number>) {
  const law = { schedule, mean: [0], covariance: variance }
  const prior = differentiableGaussian(law)
  const white = gaussianDenoiser({ schedule, mean: [0], covariance: guess })
  const seen = observation(matrixOperator({ from: [1] }, [1]), Float64Array.of(y), sigma)
  const exact = gaussianDenoiser({ schedule, ...exactPosterior([law], seen)[0]! })
  const [byMmps, byPigdm] = [mmps(prior, seen), piGdm(prior, seen, { dataVariance: guess })]
  const [x, one] = [Float64Array.of(0), Float64Array.of(1)]
  return Promise.all(
    Array.from(times, async (t) => ({
      mmpsVariance: (schedule.sigma(t) ** 2 / schedule.alpha(t)) * prior.vjp(x, t, one)[0]!,
      pigdmVariance: white.variance(x, t)[0]!,
      exactVariance: prior.variance(x, t)[0]!,
      exact: exact.denoise(x, t)[0]!,
      mmps: (await byMmps.denoise(x, t))[0]!,
      pigdm: (await byPigdm.denoise(x, t))[0]!,
    })),
  )
}

export const covariance = figure({
  id: 'covariance',
  title: 'A covariance that is known, and one that is guessed',
  hint: 'Set both variances equal: the methods agree. Real data vary less than 1 in most directions; then ΠGDM trusts the measurement too little.',
  controls: {
    variance: { kind: 'slider', label: 'variance of the data', min: 0.02, max: 2, step: 0.02, initial: 0.2 },
    guess: { kind: 'slider', label: 'c, guessed by ΠGDM', min: 0.02, max: 2, step: 0.02, initial: 1 },
    sigma: { kind: 'slider', label: 'σ_y', min: 0.02, max: 1, step: 0.02, initial: 0.2 },
    t: { kind: 'slider', label: 't', min: 0.01, max: 0.99, step: 0.01, initial: 0.6 },
  },
  async show({ variance, guess, sigma, t }) {
    const all = await byMethod(variance, guess, sigma, 1, times)
    const [now] = await byMethod(variance, guess, sigma, 1, [t])
    const curve = (of: keyof (typeof all)[number]) =>
      ({ kind: 'line', x: times, y: all.map((each) => each[of]) }) as const
    const here = { kind: 'rule', x: t, ink: 'muted', dashed: true } as const
    return {
      views: [
        {
          kind: 'plot',
          title: 'C, the variance of x₀ given x_t',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'variance', min: 0, max: Math.max(variance, guess) * 1.05 },
          marks: [
            { ...curve('exactVariance'), ink: 'exact', width: 4, opacity: 0.4, label: 'exact' },
            { ...curve('mmpsVariance'), ink: 'model', label: 'MMPS: (σ²/α) J' },
            { ...curve('pigdmVariance'), ink: { series: 3 }, label: 'ΠGDM: r_t²' },
            here,
          ],
        },
        {
          kind: 'plot',
          title: 'E[x₀ | x_t = 0, y = 1]',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'mean', min: 0, max: 1 },
          marks: [
            { ...curve('exact'), ink: 'exact', width: 4, opacity: 0.4, label: 'exact' },
            { ...curve('mmps'), ink: 'model', label: 'MMPS' },
            { ...curve('pigdm'), ink: { series: 3 }, label: 'ΠGDM' },
            here,
          ],
        },
      ],
      numbers: {
        t,
        C: now!.mmpsVariance,
        r2: now!.pigdmVariance,
        exact: now!.exact,
        mmps: now!.mmps,
        pigdm: now!.pigdm,
      },
      caption: `At t = ${t.toFixed(2)} the data’s variance given x_t is ${shown(now!.exactVariance, 3)}; ΠGDM takes ${shown(now!.pigdmVariance, 3)}. Given y = 1 the mean is ${shown(now!.exact, 3)} by MMPS and by the truth, and ${shown(now!.pigdm, 3)} by ΠGDM.`,
    }
  },
})
