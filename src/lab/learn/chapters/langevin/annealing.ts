/** One annealed run, level by level. */
import { annealedLangevin, sample } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { levels } from '../../shared/levels.ts'
import { densityOf, dots, planePlot } from '../../shared/plane.ts'
import { annealingTimes, clustersAt, reach, shareOfFirst } from './clusters.ts'

const walkers = 200
const count = 16

export const annealingFigure = figure({
  id: 'annealing',
  title: 'Down through the levels',
  hint: 'Press play. At high σ there is one hill and walkers cross freely; the shares are settled there, and kept while the hills part.',
  controls: {
    level: { kind: 'slider', label: 'level i', min: 1, max: count, step: 1, initial: 7 },
    perLevel: { kind: 'slider', label: 'steps a level', min: 1, max: 12, step: 1, initial: 8 },
    size: { kind: 'slider', label: 'step size ϵ/σ²', min: 0.02, max: 0.6, step: 0.02, initial: 0.4 },
    means: {
      kind: 'points',
      label: 'clusters',
      initial: [
        [-2, 1.2],
        [1.9, -1.1],
      ],
    },
  },
  play: { control: 'level', seconds: 8 },
  async show({ level, perLevel, size, means }) {
    const share = 0.2
    const mixture = clustersAt(means, share)
    const times = annealingTimes(count)
    // each level is its Langevin steps and one that leaves it
    let x: ArrayLike<number> = []
    const sampler = annealedLangevin({ stepsPerLevel: perLevel, stepSize: size })
    const until = times.slice(0, level + 1)
    for await (const step of sample(mixture, { sampler, times: until, batch: walkers, seed: 3, dtype: 'float64' }))
      x = step.x
    const [t, last] = [times[level - 1]!, times[count - 1]!]
    const [sigma, sigmaL] = [levels.sigma(t), levels.sigma(last)]
    const now = shareOfFirst(x, means)
    const view = Math.max(reach, 2.4 * sigma)
    const sizes = times.slice(0, count).map((each) => levels.sigma(each))
    return {
      views: [
        planePlot(view, [densityOf(mixture, t, view), dots(x, { series: 3 }, { radius: 2, opacity: 0.7 })], {
          title: `level ${level} of ${count}, σ = ${say(sigma)}`,
          handles: 'means',
        }),
        {
          kind: 'plot',
          title: 'levels and step sizes',
          x: { label: 'level', min: 1, max: count },
          y: { label: '', min: 1e-4, max: 40, scale: 'log' },
          marks: [
            { kind: 'line', x: sizes.map((_, i) => i + 1), y: sizes, ink: 'noise', label: 'σ' },
            {
              kind: 'line',
              x: sizes.map((_, i) => i + 1),
              y: sizes.map((each) => size * each ** 2),
              ink: 'model',
              label: 'step size a',
            },
            { kind: 'rule', x: level, ink: 'muted', dashed: true },
          ],
        },
      ],
      numbers: { sigma, a: size * sigma ** 2, epsilon: size * sigmaL ** 2, ratio: size, level, share: now },
      caption: `At level ${level} the noise is σ = ${say(sigma)} and a step has a = ${say(size * sigma ** 2)}. ${Math.round(100 * now)} % of the walkers are nearer to the first cluster, which holds 20 % of the data.`,
    }
  },
})
