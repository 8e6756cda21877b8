/** A few walkers of Langevin dynamics on a density in the plane. */
import { langevin } from '../../../../diffusion/sample/index.ts'
import { mixtureDenoiser, predictionOfSample } from '../../../../diffusion/denoise/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { flat } from '../../shared/grid.ts'
import { levels, timeOfSigma } from '../../shared/levels.ts'
import { densityOf, dots, planePlot } from '../../shared/plane.ts'
import { linesInPlane } from '../../shared/paths.ts'

const reach = 3.2
const t = timeOfSigma(0.1)
const mixture = mixtureDenoiser({
  schedule: levels,
  components: [
    { weight: 2, mean: [0.9, 0.6], covariance: [0.5, 0.2, 0.2, 0.3] },
    { weight: 1, mean: [-0.9, -0.5], covariance: [0.25, -0.1, -0.1, 0.4] },
  ],
})

export const walkFigure = figure({
  id: 'walk',
  title: 'Uphill, and noise so as not to stay on top',
  hint: 'Drag the starts; press play. Switch the noise off and all of them end on top of a hill. Make δ large and see the walkers overshoot.',
  controls: {
    steps: { kind: 'slider', label: 'steps', min: 0, max: 300, step: 5, initial: 120 },
    delta: { kind: 'slider', label: 'δ', min: 0.005, max: 0.15, step: 0.005, initial: 0.03 },
    noisy: { kind: 'toggle', label: 'noise', initial: true },
    starts: {
      kind: 'points',
      label: 'starts',
      initial: [
        [-2.6, 2.2],
        [2.7, -2.4],
        [-2.4, -2.5],
      ],
    },
  },
  play: { control: 'steps', seconds: 8 },
  async show({ steps, delta, noisy, starts }) {
    const x = flat(starts)
    const states = [x.slice()]
    if (steps > 0) {
      const none = noisy ? {} : { noise: (out: Float32Array | Float64Array) => void out.fill(0) }
      for await (const step of langevin(mixture, {
        t,
        x,
        steps,
        stepSize: delta,
        convention: 'full',
        seed: 3,
        ...none,
      })) {
        states.push(Float64Array.from(step.x))
      }
    }
    const now = states.at(-1)!
    const score = predictionOfSample('score', levels, t, mixture.denoise(now, t), now)
    const size = Math.hypot(score[0]!, score[1]!)
    return {
      views: [
        planePlot(
          reach,
          [
            densityOf(mixture, t, reach),
            ...linesInPlane({ states }, { ink: 'model', width: 1, opacity: 0.7 }),
            dots(now, { series: 3 }, { radius: 5, label: `after ${steps} steps` }),
          ],
          { handles: 'starts' },
        ),
      ],
      numbers: { delta, x: now[0]!, y: now[1]!, push: delta * size, kick: noisy ? Math.sqrt(2 * delta) : 0 },
      caption:
        `After ${steps} steps the first walker is at (${say(now[0]!)}, ${say(now[1]!)}); the score pushes it by ${say(delta * size)}, ` +
        `and noise kicks each coordinate by ${say(noisy ? Math.sqrt(2 * delta) : 0)} a step.`,
    }
  },
})
