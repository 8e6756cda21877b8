/** The score of a mixture at three noise levels, and where its denoiser sends points. */
import { mixtureDenoiser } from '../../src/diffusion/denoise/index.ts'
import { predictionOfSample } from '../../src/diffusion/denoise/index.ts'
import { veSchedule } from '../../src/diffusion/noise/index.ts'
import { type Extent, lattice, pairs, shades } from '../../src/lab/learn/shared/grid.ts'
import { arrows, colors, dots, figure, plane, rampTo } from './plot/index.ts'

const extent: Extent = [-3, 3, -3, 3]

export async function scoreField(): Promise<string> {
  const schedule = veSchedule({ sigmaMin: 0.01, sigmaMax: 10 })
  const means = [
    [1.3, 0.8],
    [-1.4, 0.9],
    [0, -1.5],
  ] as const
  const mixture = mixtureDenoiser({
    schedule,
    components: [
      { weight: 2, mean: means[0], covariance: [0.16, 0.06, 0.06, 0.1] },
      { weight: 1, mean: means[1], covariance: 0.06 },
      { weight: 1, mean: means[2], covariance: [0.25, 0.04] },
    ],
  })
  const tails = lattice(extent, 12)
  const axis = { from: -3, to: 3, ticks: [-2, 0, 2] }
  const panels = [0.3, 0.8, 1.6].map(async (sigma) => {
    const t = schedule.timeOfLogSnr(-2 * Math.log(sigma))
    const mean = mixture.denoise(tails, t)
    const score = pairs(predictionOfSample('score', schedule, t, mean, tails))
    // lengths are compressed: far out a score grows without bound
    const vectors = score.map(([u, v]) => {
      const size = Math.hypot(u, v)
      const shown = 0.44 * Math.tanh(sigma * size * 0.7)
      return [(u / size) * shown, (v / size) * shown] as const
    })
    return {
      title: `score, σ = ${sigma}`,
      x: axis,
      y: axis,
      marks: [
        await plane(shades(mixture.logDensity(lattice(extent, 40), t)), 40, rampTo(colors.sky)),
        arrows(pairs(tails), vectors, { width: 1.1 }),
      ],
    }
  })
  const t = schedule.timeOfLogSnr(-2 * Math.log(0.8))
  const sparse = lattice(extent, 9)
  const ends = pairs(mixture.denoise(sparse, t))
  const denoised = {
    title: 'x → E[x₀ | x], σ = 0.8',
    x: axis,
    y: axis,
    marks: [
      await plane(shades(mixture.logDensity(lattice(extent, 40), schedule.timeOfLogSnr(7))), 40, rampTo(colors.sky)),
      arrows(
        pairs(sparse),
        pairs(sparse).map(([x, y], i) => [ends[i]![0] - x, ends[i]![1] - y] as const),
        { width: 1, color: colors.red, opacity: 0.75 },
      ),
      dots(ends, { radius: 2 }),
    ],
  }
  return figure([...(await Promise.all(panels)), denoised], { size: [145, 145] })
}
