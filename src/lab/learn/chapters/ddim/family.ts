/** Two times of one process: whatever the noise of the step, each has its own marginal. */
import { cosineSchedule, jump } from '../../../../diffusion/noise/index.ts'
import { ddim } from '../../../../diffusion/sample/index.ts'
import { fold, key, normal } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { average, curveOf, normalDensity, say, varianceOf } from '../../shared/curve.ts'
import { histogram, middles } from '../../shared/grid.ts'

const count = 700
const schedule = cosineSchedule()

/** The weights of DDIM's step from t to s: of the state, of x₀, and of fresh noise. */
export function stepWeights(
  t: number,
  s: number,
  eta: number,
): { readonly x: number; readonly data: number; readonly c: number } {
  const [stage] = ddim({ eta }).plan(schedule, [t, s]).steps[0]!.stages
  return { x: stage!.x, data: stage!.history[0]!, c: stage!.noise?.[0] ?? 0 }
}

export const familyFigure = figure({
  id: 'family',
  title: 'A dial that no marginal shows',
  hint: 'Turn η. At 0 the two states lie on a line, at 1 they are a cloud; the histogram on the right never changes.',
  controls: {
    eta: { kind: 'slider', label: 'η', min: 0, max: 1, step: 0.05, initial: 0.5 },
    t: { kind: 'slider', label: 't', min: 0.3, max: 0.95, step: 0.05, initial: 0.6 },
    ratio: { kind: 'slider', label: 's as a part of t', min: 0.1, max: 0.95, step: 0.05, initial: 0.6 },
    x0: { kind: 'slider', label: 'x₀', min: -1.5, max: 1.5, step: 0.1, initial: 0.8 },
  },
  play: { control: 'eta', seconds: 5 },
  show({ eta, t, ratio, x0 }) {
    const s = ratio * t
    const { x: weight, data, c } = stepWeights(t, s, eta)
    const later = jump(
      schedule,
      t,
      new Float64Array(count).fill(x0),
      normal(fold(key('family'), 't'), new Float64Array(count)),
    )
    const z = normal(fold(key('family'), 's'), new Float64Array(count))
    const earlier = later.map((x, i) => weight * x + data * x0 + c * z[i]!)
    const [mean, deviation] = [schedule.alpha(s) * x0, schedule.sigma(s)]
    const reach = 3.2
    return {
      views: [
        {
          kind: 'plot',
          title: 'both states of the same process',
          x: { label: 'x at t', min: -reach, max: reach },
          y: { label: 'x at s', min: -reach, max: reach },
          equal: true,
          marks: [
            { kind: 'points', x: later, y: earlier, ink: 'noise', radius: 1.8, opacity: 0.6 },
            { kind: 'points', x: [schedule.alpha(t) * x0], y: [mean], ink: 'data', radius: 5, label: 'the means' },
          ],
        },
        {
          kind: 'plot',
          title: 'x at s alone',
          x: { label: 'x at s', min: -reach, max: reach },
          y: { label: 'density', min: 0, max: 0.6 / deviation },
          marks: [
            { kind: 'bars', x: middles(-reach, reach, 40), y: histogram(earlier, -reach, reach, 40), ink: 'noise' },
            {
              kind: 'line',
              ...curveOf((x) => normalDensity(x, mean, deviation ** 2), -reach, reach),
              ink: 'exact',
              label: 'N(α x₀, σ²)',
            },
          ],
        },
      ],
      numbers: {
        eta,
        c,
        along: Math.sqrt(deviation ** 2 - c ** 2),
        mean,
        variance: deviation ** 2,
        alphaS: schedule.alpha(s),
        x: weight,
      },
      caption:
        `Fresh noise has c = ${say(c)}; ${say(Math.sqrt(deviation ** 2 - c ** 2))} of the old noise is kept. The law at s has mean ${say(mean)} and variance ${say(deviation ** 2)}; ` +
        `the points have ${say(average(earlier))} and ${say(varianceOf(earlier))}.`,
    }
  },
})
