/** How far the bound is above the truth, for three variances of the reverse step. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { variationalBound } from '../../../../diffusion/likelihood/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import { posteriorVariances, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { figure, type Mark } from '../../figure.ts'
import { breather } from '../../shared/breathe.ts'
import { average, say } from '../../shared/curve.ts'
import { spreadData, spreadNoise } from '../../shared/spread.ts'

const schedule = cosineSchedule()
const counts = [4, 8, 16, 32]
const draws = 160

export interface Gaps {
  readonly small: number
  readonly large: number
  readonly best: number
}

/** Bound − truth in so many steps on two modes of this half distance, in nats. All three get the decoder of the best variance. */
export async function gapsOf(count: number, apart: number): Promise<Gaps> {
  const components = [
    { weight: 0.3, mean: [-apart], covariance: 0.02 },
    { weight: 0.7, mean: [apart], covariance: 0.06 },
  ]
  const denoiser = mixtureDenoiser({ schedule, components })
  const data = spreadData(components, draws)
  const truth = -average(denoiser.logDensity(data, 0))
  const times = uniformTimes(count - 1, { from: 0.03, to: 0.999 })
  const spreads = await posteriorVariances(denoiser, times, data, spreadNoise)
  const best = (t: number): number => spreads.get(t)!
  const bound = (variance: 'small' | 'large' | typeof best) =>
    variationalBound(denoiser, data, { times, variance, noise: spreadNoise })
  const ours = await bound(best)
  const decoder = average(ours.decoder)
  const gap = async (variance: 'small' | 'large') => {
    const made = await bound(variance)
    return average(made.total) - average(made.decoder) + decoder - truth
  }
  return { small: await gap('small'), large: await gap('large'), best: average(ours.total) - truth }
}

const names = [
  ['small', 'β̃ (ddpm)'],
  ['large', 'β (ddpm-large)'],
  ['best', 'Analytic-DPM'],
] as const

export const gapFigure = figure({
  id: 'gap',
  title: 'The gap that is left',
  hint: 'The denoiser is perfect; what remains is the price of a Gaussian reverse step in few steps. Move the modes together: one bump is cheaper to walk back to.',
  controls: {
    apart: { kind: 'slider', label: 'half distance of the modes', min: 0, max: 1.4, step: 0.1, initial: 0.9 },
    count: { kind: 'slider', label: 'steps', min: 3, max: 40, step: 1, initial: 12 },
  },
  async show({ apart, count }) {
    const breathe = breather()
    const all: Gaps[] = []
    for (const each of counts) {
      all.push(await gapsOf(each, apart))
      await breathe()
    }
    const here = await gapsOf(count, apart)
    const low = 1e-3
    const clip = (value: number) => Math.min(200, Math.max(low, value))
    return {
      views: [
        {
          kind: 'plot',
          title: 'bound − truth',
          x: { label: 'steps', min: 3, max: 45, scale: 'log' },
          y: { label: 'nats', min: low, max: 200, scale: 'log' },
          marks: [
            ...names.flatMap(([name, label], i): Mark[] => [
              { kind: 'line', x: counts, y: all.map((gaps) => clip(gaps[name])), ink: { series: i }, label },
              { kind: 'points', x: counts, y: all.map((gaps) => clip(gaps[name])), ink: { series: i }, radius: 3 },
            ]),
            { kind: 'rule', x: count, ink: 'muted', dashed: true },
          ],
        },
      ],
      numbers: { count, ...here },
      caption: `In ${count} steps the bound is ${say(here.small)} nats above the truth with β̃, ${say(here.large)} with β, and ${say(here.best)} with the best variance.`,
    }
  },
})
