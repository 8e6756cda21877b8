/** How much each weighting lets the noise levels count, as a weight of the error of ε. */
import { vpSchedule } from '../../src/diffusion/noise/index.ts'
import { lossWeight, type WeightingName } from '../../src/diffusion/denoise/weighting.ts'
import { figure, line, palette } from './plot/index.ts'

const shown: readonly (readonly [WeightingName, string])[] = [
  ['snr', 'snr (simple, for ε)'],
  ['uniform-x0', 'uniform-x0 (simple, for x₀)'],
  ['min-snr', 'min-snr, γ = 5'],
  ['p2', 'p2, γ = 1'],
  ['edm', 'edm'],
  ['sigmoid', 'sigmoid, b = 2'],
  ['likelihood', 'likelihood, vlb'],
]

export async function weightings(): Promise<string> {
  const schedule = vpSchedule()
  const levels = Array.from({ length: 81 }, (_, i) => -8 + (16 * i) / 80)
  const at = (l: number): number => schedule.timeOfLogSnr(l)
  const fall = (t: number): number => schedule.diffusion(t) / schedule.sigma(t) ** 2
  const x = { label: 'log-SNR λ (noise ← → data)', from: -8, to: 8, ticks: [-8, -4, 0, 4, 8] }
  const y = { from: 0.001, to: 100, log: true }
  const panel = (title: string, density: (t: number) => number) => ({
    title,
    x,
    y,
    marks: shown.map(([name], i) => {
      const weight = (l: number): number => lossWeight(name, 'epsilon', schedule, at(l)) * density(at(l))
      // all pass through 1 where signal and noise are alike
      return line(
        levels.map((l) => [l, weight(l) / weight(0)]),
        { color: palette[i]! },
      )
    }),
  })
  return figure([panel('weight of |ε̂ − ε|² at a time', () => 1), panel('the same per unit of λ', (t) => 1 / fall(t))], {
    size: [330, 220],
    legend: shown.map(([, label], i) => ({ label, color: palette[i]! })),
    legendColumns: 3,
  })
}
