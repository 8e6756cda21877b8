/** The probability flow in the plane: its velocity at a time, and its paths from starts that are dragged. */
import { mixtureDenoiser, predictionOfSample } from '../../../../diffusion/denoise/index.ts'
import { vpSchedule } from '../../../../diffusion/noise/index.ts'
import { adaptiveOde } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { flat, lattice } from '../../shared/grid.ts'
import { linesInPlane, record } from '../../shared/paths.ts'
import { arrowsAt, densityOf, dots, planePlot } from '../../shared/plane.ts'

const reach = 3
const schedule = vpSchedule()
const law = mixtureDenoiser({
  schedule,
  components: [
    { weight: 2, mean: [1.2, 0.7], covariance: [0.16, 0.06, 0.06, 0.1] },
    { weight: 1, mean: [-1.3, 0.8], covariance: 0.06 },
    { weight: 1, mean: [0, -1.4], covariance: [0.25, 0.04] },
  ],
})

export const flowFigure = figure({
  id: 'flow',
  title: 'The probability flow',
  hint: 'Drag the starts: neighbours stay neighbours, until a watershed parts them. Move t to see the field that carries them; loosen the tolerance to see the solver take fewer steps.',
  controls: {
    t: { kind: 'slider', label: 't reached', min: 0.02, max: 0.98, step: 0.02, initial: 0.02 },
    tolerance: { kind: 'slider', label: 'tolerance, 10 to the power of', min: -6, max: -1, step: 1, initial: -3 },
    starts: {
      kind: 'points',
      label: 'noise',
      initial: [
        [-1.6, 0.9],
        [-0.4, 1.6],
        [0.5, -0.6],
        [-0.5, -0.4],
        [1.7, 0.3],
        [0.4, -1.9],
      ],
    },
  },
  play: { control: 't', seconds: 6 },
  async show({ t, tolerance, starts }) {
    const x = flat(starts)
    const size = 10 ** tolerance
    const recorded = await record(law, { sampler: adaptiveOde({ relative: size, absolute: size }), times: [1, t], x })
    const now = recorded.states.at(-1)!
    const tails = lattice([-reach, reach, -reach, reach], 12)
    const velocity = (at: Float64Array) => predictionOfSample('flow', schedule, t, law.denoise(at, t), at)
    const first = now.slice(0, 2)
    const mean = law.denoise(first, t)
    const v = velocity(first)
    const score = predictionOfSample('score', schedule, t, mean, first)
    const noise = predictionOfSample('epsilon', schedule, t, mean, first)
    const byScore = schedule.drift(t) * first[0]! - (schedule.diffusion(t) / 2) * score[0]!
    const byGuesses = schedule.alphaRate(t) * mean[0]! + schedule.sigmaRate(t) * noise[0]!
    const steps = recorded.times.length - 1
    return {
      views: [
        planePlot(
          reach,
          [
            densityOf(law, t, reach),
            // backwards in time, the way that the points go
            arrowsAt(
              tails,
              velocity(tails).map((value) => -value),
              'muted',
              { longest: 0.4, unit: 3 },
            ),
            ...linesInPlane(recorded, { ink: 'model', width: 1.5 }),
            dots(now, 'exact', { radius: 4, label: `at t = ${say(t)}` }),
          ],
          { handles: 'starts', title: `density and velocity at t = ${say(t)}` },
        ),
      ],
      numbers: { t, vx: v[0]!, vy: v[1]!, byScore, byGuesses, steps, f: schedule.drift(t), g2: schedule.diffusion(t) },
      caption:
        `In ${steps} steps of its own choice the solver takes ${starts.length} points from t = 1 to t = ${say(t)}. The first is at (${say(first[0]!)}, ${say(first[1]!)}), ` +
        `with velocity (${say(v[0]!)}, ${say(v[1]!)}).`,
    }
  },
})
