/** The variational bound on a mixture: its terms, and its gap to the truth for three variances of the reverse step. */
import { mixtureDenoiser } from '../../src/diffusion/denoise/index.ts'
import { cosineSchedule, namedTable, tableSchedule } from '../../src/diffusion/noise/index.ts'
import { posteriorVariances, uniformTimes } from '../../src/diffusion/sample/index.ts'
import { variationalBound } from '../../src/diffusion/likelihood/index.ts'
import { spreadData, spreadNoise } from '../../src/lab/learn/shared/spread.ts'
import { colors, dots, figure, line } from './plot/index.ts'

const components = [
  { weight: 0.3, mean: [-1], covariance: 0.02 },
  { weight: 0.7, mean: [0.8], covariance: 0.06 },
]

type VarianceName = 'small' | 'large' | 'best'

const shown: readonly { readonly name: VarianceName; readonly label: string; readonly color: string }[] = [
  { name: 'small', label: 'β̃ (ddpm)', color: colors.blue },
  { name: 'large', label: 'β (ddpm-large)', color: colors.red },
  { name: 'best', label: 'Analytic-DPM', color: colors.green },
]

const counts = [4, 8, 16, 32, 64, 128]

const average = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

export async function elboTerms(): Promise<string> {
  const table = tableSchedule(namedTable('linear'))
  const { transitions } = await variationalBound(
    mixtureDenoiser({ schedule: table, components }),
    spreadData(components, 300),
    {
      noise: spreadNoise,
    },
  )
  const terms = transitions.map(({ t, nats }) => [1000 * t, average(nats)] as const)

  const schedule = cosineSchedule()
  const denoiser = mixtureDenoiser({ schedule, components })
  const data = spreadData(components, 1500)
  const truth = -average(denoiser.logDensity(data, 0))
  const gaps: Record<VarianceName, (readonly [number, number])[]> = { small: [], large: [], best: [] }
  for (const count of counts) {
    const times = uniformTimes(count - 1, { from: 0.03, to: 0.999 })
    const spreads = await posteriorVariances(denoiser, times, data, spreadNoise)
    const best = (t: number): number => spreads.get(t)!
    // all three get the decoder of the best variance: the reverse steps are compared, not the last look
    const { decoder } = await variationalBound(denoiser, data, { times, variance: best, terms: 1, noise: spreadNoise })
    for (const { name } of shown) {
      const bound = await variationalBound(denoiser, data, {
        times,
        variance: name === 'best' ? best : name,
        noise: spreadNoise,
      })
      const gap = average(bound.total) - average(bound.decoder) + average(decoder) - truth
      gaps[name].push([count, gap])
    }
  }
  return figure(
    [
      {
        title: 'L of each step, table linear',
        x: { label: 'level', from: 1, to: 1000, log: true },
        y: { label: 'nats', from: 1e-6, to: 1, log: true },
        marks: [line(terms, { color: colors.black, width: 1.3 })],
      },
      {
        title: 'bound − truth, by variance',
        x: { label: 'steps', from: 3.5, to: 150, log: true, ticks: counts },
        y: { label: 'nats', from: 0.005, to: 100, log: true },
        marks: shown.flatMap(({ name, color }) => [line(gaps[name], { color }), dots(gaps[name], { color })]),
      },
    ],
    { size: [300, 200], legend: shown },
  )
}
