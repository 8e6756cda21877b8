/** The variance of the reverse step: two extremes, and what is best between. */
import { gaussianDenoiser, mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { cosineSchedule, transition } from '../../../../diffusion/noise/index.ts'
import { analyticDpm, ddpm, finalVariance, logSnrTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { average, say, spaced } from '../../shared/curve.ts'
import { spreadData, spreadNoise } from '../../shared/spread.ts'

const schedule = cosineSchedule()
const count = 200

/** E Var[x₀ | x_t] of two modes of this half distance and variance. */
function spreadAt(t: number, apart: number, variance: number): number {
  const components = [-1, 1].map((side) => ({ mean: [side * apart], covariance: variance }))
  const law = mixtureDenoiser({ schedule, components })
  const noise = new Float64Array(count)
  spreadNoise(noise, 0, 0)
  const x = spreadData(components, count).map((value, i) => schedule.alpha(t) * value + schedule.sigma(t) * noise[i]!)
  return average(law.variance(x, t))
}

/** β̃, β and the best variance of the step to ratio · t. */
export function variancesAt(
  t: number,
  ratio: number,
  spread: number,
): { readonly small: number; readonly large: number; readonly best: number } {
  const { posterior, variance } = transition(schedule, ratio * t, t)
  return { small: posterior.variance, large: variance, best: posterior.variance + posterior.sample ** 2 * spread }
}

/** The variance of samples of N(0, c) in so many steps; their start is right. */
export async function endVariances(c: number, steps: number) {
  const from = schedule.timeOfLogSnr(-6)
  const times = logSnrTimes(schedule, steps, { from, to: schedule.timeOfLogSnr(4), final: 'sigma-min' })
  const gaussian = gaussianDenoiser({ schedule, mean: [0], covariance: c })
  const best = analyticDpm({ variance: (t) => gaussian.variance(Float64Array.of(0), t)[0]! })
  const law = (sampler: typeof best) => finalVariance(sampler, schedule, times, c)
  return { small: await law(ddpm()), large: await law(ddpm({ variance: 'large' })), best: await law(best) }
}

export const varianceFigure = figure({
  id: 'variance',
  title: 'Between two extremes',
  hint: 'Make the steps shorter: the extremes come together. Make the data one point (no variance, no distance): β̃ is right; make them N(0, 1): β is.',
  controls: {
    ratio: { kind: 'slider', label: 's as a part of t', min: 0.1, max: 0.98, step: 0.02, initial: 0.7 },
    t: { kind: 'slider', label: 't', min: 0.05, max: 0.95, step: 0.05, initial: 0.5 },
    apart: { kind: 'slider', label: 'half distance of the modes', min: 0, max: 1.5, step: 0.1, initial: 0.8 },
    variance: { kind: 'slider', label: 'variance of a mode', min: 0, max: 1, step: 0.05, initial: 0.1 },
    steps: { kind: 'slider', label: 'steps (table)', min: 2, max: 60, step: 2, initial: 10 },
  },
  async show({ ratio, t, apart, variance, steps }) {
    const c = Math.max(variance, 1e-6)
    const at = spaced(0.03, 0.97, 48)
    const all = Array.from(at, (u) => variancesAt(u, ratio, spreadAt(u, apart, c)))
    const here = variancesAt(t, ratio, spreadAt(t, apart, c))
    const [small, large] = [Math.log(here.small), Math.log(here.large)]
    const v = (Math.log(here.best) - small) / (large - small)
    const ends = await endVariances(Math.max(0.02, variance), steps)
    const row = (label: string, { variance: found, exact }: { variance: number; exact: number }) => [
      label,
      say(found),
      say(exact),
      `${say(100 * (found / exact - 1))} %`,
    ]
    return {
      views: [
        {
          kind: 'plot',
          title: 'variance of the step from t to s',
          x: { label: 't', min: 0, max: 1 },
          y: { label: '', min: 1e-5, max: 2, scale: 'log' },
          marks: [
            {
              kind: 'line',
              x: at,
              y: all.map((each) => Math.max(1e-5, each.large)),
              ink: { series: 1 },
              label: 'β (ddpm-large)',
            },
            {
              kind: 'line',
              x: at,
              y: all.map((each) => Math.max(1e-5, each.best)),
              ink: 'exact',
              width: 2.5,
              label: 'the best (Analytic-DPM)',
            },
            {
              kind: 'line',
              x: at,
              y: all.map((each) => Math.max(1e-5, each.small)),
              ink: { series: 0 },
              label: 'β̃ (ddpm)',
            },
            { kind: 'rule', x: t, ink: 'muted', dashed: true },
          ],
        },
        {
          kind: 'table',
          title: `N(0, ${say(Math.max(0.02, variance))}) sampled in ${steps} steps`,
          columns: ['variance of the step', 'variance of the samples', 'right', 'off by'],
          rows: [row('β̃', ends.small), row('β', ends.large), row('Analytic-DPM', ends.best)],
        },
      ],
      numbers: {
        t,
        small: here.small,
        large: here.large,
        best: here.best,
        v,
        logBest: Math.log(here.best),
        logSmall: small,
        logLarge: large,
        spread: spreadAt(t, apart, c),
      },
      caption:
        `At t = ${say(t)} β̃ = ${say(here.small)} and β = ${say(here.large)}; the best is ${say(here.best)}, ${Math.round(100 * v)} % of the way in logarithms. ` +
        `With it a Gaussian sampled in ${steps} steps has exactly its variance.`,
    }
  },
})
