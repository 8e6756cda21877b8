/** Langevin dynamics on two modes far apart: plain, it keeps the shares it started with; annealed, it finds the true ones. */
import { type AnalyticDenoiser, mixtureDenoiser } from '../../src/diffusion/denoise/index.ts'
import { veSchedule } from '../../src/diffusion/noise/index.ts'
import { fold, key, uniform } from '../../src/engine/random/index.ts'
import { annealedLangevin, langevin, logSnrTimes, sampleFinal } from '../../src/diffusion/sample/index.ts'
import { histogram } from '../../src/lab/learn/shared/grid.ts'
import { bars, colors, curve, figure } from './plot/index.ts'

const count = 4000
const [from, to] = [-6, 6]

export async function langevinModes(): Promise<string> {
  const schedule = veSchedule({ sigmaMin: 0.1, sigmaMax: 10 })
  const mixture = mixtureDenoiser({
    schedule,
    components: [
      { weight: 0.2, mean: [-3], covariance: 0.3 },
      { weight: 0.8, mean: [3], covariance: 0.3 },
    ],
  })
  const start = uniform(fold(key(1), 'start'), new Float64Array(count)).map((u) => from + (to - from) * u)

  let plain = start
  const dynamics = langevin(mixture, { t: 0, x: start, steps: 400, stepSize: 0.05, seed: 2 })
  for await (const { x } of dynamics) plain = Float64Array.from(x)
  const annealed = await sampleFinal(mixture, {
    sampler: annealedLangevin({ stepsPerLevel: 10 }),
    times: logSnrTimes(schedule, 40, { to: 0, final: 'sigma-min' }),
    batch: count,
    seed: 3,
    dtype: 'float64',
  })
  return figure(
    [
      panel('start', start, mixture),
      panel('Langevin, 400 steps', plain, mixture),
      panel('annealed, 40 × 10 steps', annealed, mixture),
    ],
    {
      size: [225, 150],
      legend: [
        { label: 'samples', color: colors.sky, symbol: 'patch' },
        { label: 'the density', color: colors.black },
      ],
    },
  )
}

function panel(title: string, samples: ArrayLike<number>, truth: AnalyticDenoiser) {
  const density = (x: number): number => Math.exp(truth.logDensity(Float64Array.of(x), 0)[0]!)
  const left = Array.from(samples).filter((x) => x < 0).length / samples.length
  return {
    title: `${title}: ${Math.round(100 * left)} % left`,
    x: { label: 'x', from, to, ticks: [-3, 0, 3] },
    y: { from: 0, to: 0.65, ticks: [0, 0.2, 0.4, 0.6] },
    marks: [bars(histogram(samples, from, to, 60), from, to, colors.sky), curve(density, from, to, { width: 1.5 })],
  }
}
