/** More noise for larger images: a shift of the noise level, which on rectified flow is a change of time. */
import { rectifiedFlow, shifted } from '../../../../diffusion/noise/index.ts'
import { uniformTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { curveOf, say } from '../../shared/curve.ts'

const plain = rectifiedFlow()

export const shiftFigure = figure({
  id: 'shift',
  title: 'A shift of the noise level',
  hint: 'Raise k: most of the steps move to high noise. Below 1 they move to the data.',
  controls: {
    k: { kind: 'slider', label: 'k', min: 0.25, max: 6, step: 0.25, initial: 3 },
    t: { kind: 'slider', label: 't', min: 0.02, max: 0.98, step: 0.02, initial: 0.5 },
    steps: { kind: 'slider', label: 'steps', min: 2, max: 30, step: 1, initial: 10 },
  },
  play: { control: 'k', seconds: 6 },
  show({ k, t, steps }) {
    const schedule = shifted(plain, k)
    const times = uniformTimes(steps)
    const warped = (u: number) => (k * u) / (1 + (k - 1) * u)
    return {
      views: [
        {
          kind: 'plot',
          title: 'σ, and the time that it was',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'σ', min: 0, max: 1 },
          marks: [
            { kind: 'line', x: [0, 1], y: [0, 1], ink: 'muted', label: 'k = 1' },
            { kind: 'line', ...curveOf((u) => schedule.sigma(u), 0.001, 0.999), ink: 'model', label: `k = ${say(k)}` },
            {
              kind: 'points',
              x: times,
              y: times.map((u) => warped(u)),
              ink: 'noise',
              radius: 3,
              label: `${steps} steps`,
            },
            { kind: 'points', x: [t], y: [schedule.sigma(t)], ink: 'model', radius: 5 },
          ],
        },
      ],
      numbers: {
        k,
        t,
        warped: warped(t),
        sigma: schedule.sigma(t),
        level: schedule.sigma(t) / schedule.alpha(t),
        before: plain.sigma(t) / plain.alpha(t),
      },
      caption: `At t = ${say(t)} σ/α is ${say(schedule.sigma(t) / schedule.alpha(t))}, ${say(k)} times ${say(plain.sigma(t) / plain.alpha(t))}: the noise of t = ${say(warped(t))}.`,
    }
  },
})
