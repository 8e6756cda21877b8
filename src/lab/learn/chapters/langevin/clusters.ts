/** Two clusters: plain Langevin dynamics keeps the shares it started with, annealed it finds the true ones. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { fold, key, uniform } from '../../../../engine/random/index.ts'
import { annealedLangevin, langevin, logSnrTimes, sample } from '../../../../diffusion/sample/index.ts'
import { figure, type Point } from '../../figure.ts'
import { levels, timeOfSigma } from '../../shared/levels.ts'
import { settled } from '../../shared/paths.ts'
import { densityOf, dots, planePlot } from '../../shared/plane.ts'

export const reach = 4
const walkers = 150
const low = timeOfSigma(0.15)

/** A quarter of the data in the first cluster, three quarters in the second. */
export const clustersAt = (means: readonly Point[], share: number) =>
  mixtureDenoiser({
    schedule: levels,
    components: means.map((mean, k) => ({
      weight: k === 0 ? share : (1 - share) / (means.length - 1),
      mean,
      covariance: 0.15,
    })),
  })

/** Starts all over the square. */
export const evenStarts = (count = walkers): Float64Array =>
  uniform(fold(key('clusters'), 'start'), new Float64Array(2 * count)).map((u) => reach * (2 * u - 1))

/** The share of points that are nearer to the first centre than to any other. */
export function shareOfFirst(points: ArrayLike<number>, means: readonly Point[]): number {
  let first = 0
  for (let i = 0; i < points.length; i += 2) {
    const distances = means.map(([x, y]) => Math.hypot(points[i]! - x, points[i + 1]! - y))
    if (distances[0] === Math.min(...distances)) first++
  }
  return (2 * first) / points.length
}

/** The noise levels that annealing comes down through: from a little more than the clusters' distance. */
export const annealingTimes = (count: number): number[] =>
  logSnrTimes(levels, count, { from: timeOfSigma(6), to: low, final: 'sigma-min' })

export const clustersFigure = figure({
  id: 'clusters',
  title: 'Annealing finds the shares',
  hint: 'Drag the second cluster away and see annealing save Langevin. Bring it close, and the plain dynamics gets the shares right too.',
  controls: {
    share: { kind: 'slider', label: 'share of the first cluster', min: 0.1, max: 0.9, step: 0.1, initial: 0.2 },
    steps: { kind: 'slider', label: 'steps of each', min: 20, max: 200, step: 20, initial: 160 },
    means: {
      kind: 'points',
      label: 'clusters',
      initial: [
        [-2, 1.2],
        [1.9, -1.1],
      ],
    },
  },
  async show({ share, steps, means }) {
    const mixture = clustersAt(means, share)
    const start = evenStarts()
    const plain = await settled(langevin(mixture, { t: low, x: start, steps, stepSize: 0.02, seed: 2 }))
    const annealed = await settled(
      sample(mixture, {
        sampler: annealedLangevin({ stepsPerLevel: 10, stepSize: 0.5 }),
        times: annealingTimes(steps / 10),
        batch: walkers,
        seed: 1,
        dtype: 'float64',
      }),
    )
    const shares = [start, plain, annealed].map((points) => shareOfFirst(points, means))
    const heat = densityOf(mixture, low, reach)
    const say100 = (value: number) => `${Math.round(100 * value)} %`
    const panel = (title: string, points: ArrayLike<number>, i: number) =>
      planePlot(reach, [heat, dots(points, { series: 3 }, { radius: 2, opacity: 0.7 })], {
        title: `${title}: ${say100(shares[i]!)}`,
        handles: 'means',
      })
    return {
      views: [
        panel('start', start, 0),
        panel(`Langevin, ${steps} steps`, plain, 1),
        panel(`annealed, ${steps} steps`, annealed, 2),
      ],
      numbers: { share, start: shares[0]!, plain: shares[1]!, annealed: shares[2]!, steps },
      caption:
        `The first cluster holds ${say100(share)} of the data. ${walkers} walkers start evenly spread: plain Langevin dynamics leaves ${say100(shares[1]!)} of them there, ` +
        `annealed ${say100(shares[2]!)}.`,
    }
  },
})
