/** The score of a mixture at a noise level, and where its denoiser sends points. */
import { mixtureDenoiser, predictionOfSample } from '../../../../diffusion/denoise/index.ts'
import { figure, type Point } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { flat, lattice } from '../../shared/grid.ts'
import { levels, timeOfSigma } from '../../shared/levels.ts'
import { arrowsAt, densityOf, dots, planePlot } from '../../shared/plane.ts'

const reach = 3.2

/** The mixture whose centres are dragged: the first is twice as likely and longer than the others. */
export const mixtureAt = (means: readonly Point[], schedule = levels) =>
  mixtureDenoiser({
    schedule,
    components: means.map((mean, k) => ({
      weight: k === 0 ? 2 : 1,
      mean,
      covariance: k === 0 ? [0.16, 0.06, 0.06, 0.1] : 0.07,
    })),
  })

export const fieldFigure = figure({
  id: 'field',
  title: 'The score points uphill',
  hint: 'Raise σ: the arrows become smoother and reach farther. Drag the centres on the left; on the right drag the point and see where its denoised mean lies.',
  controls: {
    sigma: { kind: 'slider', label: 'σ', min: 0.1, max: 3, step: 0.05, initial: 0.5 },
    means: {
      kind: 'points',
      label: 'centres',
      initial: [
        [1.3, 0.8],
        [-1.4, 0.9],
        [0, -1.5],
      ],
    },
    at: { kind: 'points', label: 'a noisy point', initial: [[-0.4, 0.3]] },
  },
  play: { control: 'sigma', seconds: 6 },
  show({ sigma, means, at }) {
    const mixture = mixtureAt(means)
    const t = timeOfSigma(sigma)
    const scoreAt = (x: Float64Array) => predictionOfSample('score', levels, t, mixture.denoise(x, t), x)
    const tails = lattice([-reach, reach, -reach, reach], 13)
    const x = flat(at.slice(0, 1))
    const [score, mean] = [scoreAt(x), mixture.denoise(x, t)]
    const move = mean.map((value, i) => value - x[i]!)
    const heat = densityOf(mixture, t, reach)
    const sparse = lattice([-reach, reach, -reach, reach], 9)
    const ends = mixture.denoise(sparse, t)
    return {
      views: [
        planePlot(reach, [heat, arrowsAt(tails, scoreAt(tails), 'model', { longest: 0.42, unit: 1.4 / sigma })], {
          title: `∇ log p, σ = ${say(sigma)}`,
          handles: 'means',
        }),
        planePlot(
          reach,
          [
            densityOf(mixture, timeOfSigma(0.05), reach),
            {
              kind: 'arrows',
              x: sparse.filter((_, i) => i % 2 === 0),
              y: sparse.filter((_, i) => i % 2 === 1),
              dx: Float64Array.from({ length: sparse.length / 2 }, (_, i) => ends[2 * i]! - sparse[2 * i]!),
              dy: Float64Array.from({ length: sparse.length / 2 }, (_, i) => ends[2 * i + 1]! - sparse[2 * i + 1]!),
              ink: 'muted',
            },
            {
              kind: 'arrows',
              x: [x[0]!],
              y: [x[1]!],
              dx: [move[0]!],
              dy: [move[1]!],
              ink: 'model',
              label: 'to the denoised mean',
            },
            dots(mean, 'exact', { radius: 4, label: 'E[x₀ | x]' }),
          ],
          { title: 'x + σ² ∇ log p(x) = E[x₀ | x]', handles: 'at' },
        ),
      ],
      numbers: {
        sigma,
        variance: sigma ** 2,
        x: x[0]!,
        y: x[1]!,
        scoreX: score[0]!,
        scoreY: score[1]!,
        meanX: mean[0]!,
        meanY: mean[1]!,
      },
      caption:
        `At (${say(x[0]!)}, ${say(x[1]!)}) the score is (${say(score[0]!)}, ${say(score[1]!)}); times σ² = ${say(sigma ** 2)} it leads to the denoised mean ` +
        `(${say(mean[0]!)}, ${say(mean[1]!)}).`,
    }
  },
})
