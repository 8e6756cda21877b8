/** The score of noisy data as the mean of the noise's own score. */
import { diracDenoiser, predictionOfSample } from '../../../../diffusion/denoise/index.ts'
import { jump } from '../../../../diffusion/noise/index.ts'
import { fold, key, normal } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { average, say } from '../../shared/curve.ts'
import { flat, lattice } from '../../shared/grid.ts'
import { levels, timeOfSigma } from '../../shared/levels.ts'
import { arrowsAt, densityOf, dots, planePlot } from '../../shared/plane.ts'

const reach = 3.2
const drawn = 4000
const window = 0.35

export const denoisingFigure = figure({
  id: 'denoising',
  title: 'Each arrow knows one data point; their mean is the score',
  hint: 'Drag the data points. Where clouds overlap, targets of the regression disagree and their mean is the score; more σ means more overlap.',
  controls: {
    sigma: { kind: 'slider', label: 'σ', min: 0.2, max: 1.5, step: 0.05, initial: 0.8 },
    data: {
      kind: 'points',
      label: 'data points',
      initial: [
        [-1.3, 0.6],
        [1.2, 0.9],
        [0.3, -1.3],
      ],
    },
    at: { kind: 'points', label: 'where to average', initial: [[0.2, 0.1]] },
  },
  show({ sigma, data, at }) {
    const points = flat(data)
    const t = timeOfSigma(sigma)
    const law = diracDenoiser({ schedule: levels, shape: [2], points })
    const noise = normal(fold(key('denoising'), 'noise'), new Float64Array(2 * drawn))
    const x = jump(
      levels,
      t,
      Float64Array.from(noise, (_, i) => points[i % points.length]!),
      noise,
    )
    const target = noise.map((z) => -z / sigma)
    const scoreAt = (where: Float64Array) => predictionOfSample('score', levels, t, law.denoise(where, t), where)
    const probe = flat(at.slice(0, 1))
    const [sum, near] = [[0, 0], [] as number[]]
    for (let item = 0; item < drawn; item++) {
      if (Math.hypot(x[2 * item]! - probe[0]!, x[2 * item + 1]! - probe[1]!) > window) continue
      near.push(item)
      sum[0]! += target[2 * item]!
      sum[1]! += target[2 * item + 1]!
    }
    const mean = sum.map((value) => (near.length > 0 ? value / near.length : 0))
    const score = scoreAt(probe)
    const all = scoreAt(x)
    const constant = average(x.map((_, i) => (all[i]! - target[i]!) ** 2))
    const shown = near.slice(0, 24).flatMap((item) => [2 * item, 2 * item + 1])
    const unit = { longest: 0.8, unit: 2.2 / sigma }
    const tails = lattice([-reach, reach, -reach, reach], 11)
    return {
      views: [
        planePlot(
          reach,
          [
            dots(x.subarray(0, 900), 'noise', { radius: 1.2, opacity: 0.5, label: 'noisy data' }),
            arrowsAt(
              shown.map((i) => x[i]!),
              shown.map((i) => target[i]!),
              { series: 3 },
              { ...unit, label: 'targets −ε/σ near the point' },
            ),
            arrowsAt(probe, mean, 'model', { ...unit, label: 'their mean' }),
            dots(points, 'data', { radius: 5 }),
          ],
          { title: 'what one sample says', handles: 'at' },
        ),
        planePlot(
          reach,
          [
            densityOf(law, t, reach),
            arrowsAt(tails, scoreAt(tails), 'exact', { longest: 0.5, unit: 1.6 / sigma }),
            dots(points, 'data', { radius: 5 }),
          ],
          {
            title: 'the score of the noisy density',
            handles: 'data',
          },
        ),
      ],
      numbers: {
        sigma,
        count: near.length,
        meanX: mean[0]!,
        meanY: mean[1]!,
        scoreX: score[0]!,
        scoreY: score[1]!,
        constant,
      },
      caption:
        `${near.length} of ${drawn} noisy samples lie near the point. Their targets have the mean (${say(mean[0]!)}, ${say(mean[1]!)}); the score there is ` +
        `(${say(score[0]!)}, ${say(score[1]!)}). The best loss is not zero but ${say(constant)} for each coordinate.`,
    }
  },
})
