/** A score learnt from samples, and where it is wrong: where there were none. */
import { mixtureDenoiser, predictionOfSample } from '../../../../diffusion/denoise/index.ts'
import { drawMixture } from '../../../../diffusion/guidance/index.ts'
import { jump } from '../../../../diffusion/noise/index.ts'
import { fold, key, normal } from '../../../../engine/random/index.ts'
import { figure, type Point } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { lattice } from '../../shared/grid.ts'
import { levels, timeOfSigma } from '../../shared/levels.ts'
import { arrowsAt, densityOf, dots, planePlot } from '../../shared/plane.ts'
import { fitBumps } from '../../shared/ridge.ts'

const reach = 3.2
const cells = 28
const centres = lattice([-4, 4, -4, 4], 9)

/** The learnt field and the true one, both as −ε̂ = σ times the score, from `count` noisy samples. */
export function learn(means: readonly Point[], sigma: number, count: number) {
  const components = means.map((mean, k) => ({ weight: k === 0 ? 2 : 1, mean, covariance: 0.06 }))
  const mixture = mixtureDenoiser({ schedule: levels, components })
  const t = timeOfSigma(sigma)
  const data = drawMixture(components, count, key('empty'))
  const noise = normal(fold(key('empty'), 'noise'), new Float64Array(2 * count))
  const x = jump(levels, t, data, noise)
  // regression on the targets: denoising score matching, weighted by σ²
  const field = fitBumps(
    x,
    noise.map((z) => -z),
    centres,
    1,
    1e-3,
  )
  const truth = (at: Float64Array) =>
    predictionOfSample('epsilon', levels, t, mixture.denoise(at, t), at).map((value) => -value)
  return { mixture, t, data, x, learnt: (at: Float64Array) => field.at(at), truth }
}

/** The mean square difference of two fields. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return (2 * sum) / a.length
}

export const emptyFigure = figure({
  id: 'empty',
  title: 'A learnt score is wrong where there were no data',
  hint: 'At little noise the error (dark) is small only at the clusters. Raise σ until the clouds fill the plane. Drag the clusters apart and see the valley go dark.',
  controls: {
    sigma: { kind: 'slider', label: 'σ', min: 0.1, max: 2.5, step: 0.1, initial: 0.3 },
    count: { kind: 'slider', label: 'samples', min: 50, max: 800, step: 50, initial: 400 },
    means: {
      kind: 'points',
      label: 'clusters',
      initial: [
        [1.5, 1.1],
        [-1.6, -1.2],
      ],
    },
  },
  play: { control: 'sigma', seconds: 6 },
  show({ sigma, count, means }) {
    const { mixture, t, data, x, learnt, truth } = learn(means, sigma, count)
    const everywhere = lattice([-reach, reach, -reach, reach], cells)
    const [guess, exact] = [learnt(everywhere), truth(everywhere)]
    const error = Float64Array.from({ length: cells ** 2 }, (_, i) =>
      Math.hypot(guess[2 * i]! - exact[2 * i]!, guess[2 * i + 1]! - exact[2 * i + 1]!),
    )
    const fresh = jump(
      levels,
      t,
      drawMixture(
        means.map((mean, k) => ({ weight: k === 0 ? 2 : 1, mean, covariance: 0.06 })),
        300,
        key('fresh'),
      ),
      normal(key('fresh noise'), new Float64Array(600)),
    )
    const [atData, anywhere] = [distance(learnt(fresh), truth(fresh)), distance(guess, exact)]
    const tails = lattice([-reach, reach, -reach, reach], 12)
    const look = { longest: 0.45, unit: 1.6 }
    return {
      views: [
        planePlot(reach, [densityOf(mixture, t, reach, cells), arrowsAt(tails, truth(tails), 'exact', look)], {
          title: 'the true score',
          handles: 'means',
        }),
        planePlot(
          reach,
          [dots(x, 'noise', { radius: 1.4, opacity: 0.5 }), arrowsAt(tails, learnt(tails), 'model', look)],
          {
            title: 'learnt from noisy samples',
          },
        ),
        planePlot(
          reach,
          [
            {
              kind: 'heat',
              values: error.map((value) => Math.min(value, 6)),
              columns: cells,
              rows: cells,
              range: [0, 6],
              palette: 'density',
            },
            dots(data, 'data', { radius: 1.2, opacity: 0.6, label: 'data' }),
          ],
          { title: 'σ × error of the score' },
        ),
      ],
      numbers: { sigma, atData, anywhere, ratio: anywhere / atData },
      caption:
        `The mean square error of σ times the score is ${say(atData)} where noisy data lie, and ${say(anywhere)} over the whole plane, where random starts lie. ` +
        `Least squares on ${centres.length / 2} bumps learns here in place of a network.`,
    }
  },
})
