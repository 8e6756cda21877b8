/** The equation behind DDIM: Euler's steps in the noise level, against the exact curve. */
import { gaussianDenoiser } from '../../../../diffusion/denoise/index.ts'
import { cosineSchedule, noiseLevel, timeOfNoiseLevel } from '../../../../diffusion/noise/index.ts'
import { ddim, heun, rungeKutta, tableaux } from '../../../../diffusion/sample/index.ts'
import { figure, type Mark } from '../../figure.ts'
import { say, spaced } from '../../shared/curve.ts'
import { record } from '../../shared/paths.ts'
import { twoModesOn } from '../../shared/line.ts'

const schedule = cosineSchedule()
const mixture = twoModesOn(schedule)
const gaussian = gaussianDenoiser({ schedule, mean: [0.4], covariance: 0.05 })
const [top, bottom] = [4, 0.05]

/** Times at equal steps of σ/α. */
export const levelGrid = (steps: number): number[] =>
  Array.from(spaced(top, bottom, steps + 1), (level) => timeOfNoiseLevel(schedule, level))

export const levelFigure = figure({
  id: 'level',
  title: 'Straight steps along a bent curve',
  hint: 'In these variables DDIM’s steps are straight lines along the tangent. Take more steps, or choose Heun, which looks at the end of each step too.',
  controls: {
    steps: { kind: 'slider', label: 'steps', min: 1, max: 32, step: 1, initial: 5 },
    start: { kind: 'slider', label: 'start, x/α', min: -4, max: 4, step: 0.1, initial: -2.2 },
    law: {
      kind: 'choice',
      label: 'data',
      options: [
        { value: 'mixture', label: 'two modes' },
        { value: 'gaussian', label: 'a Gaussian' },
      ],
      initial: 'mixture',
    },
    sampler: {
      kind: 'choice',
      label: 'sampler',
      options: [
        { value: 'ddim', label: 'DDIM' },
        { value: 'heun', label: 'Heun' },
      ],
      initial: 'ddim',
    },
  },
  async show({ steps, start, law, sampler }) {
    const denoiser = law === 'mixture' ? mixture : gaussian
    const times = levelGrid(steps)
    const x = Float64Array.of(start * schedule.alpha(times[0]!))
    const coarse = await record(denoiser, { sampler: sampler === 'ddim' ? ddim() : heun(), times, x })
    const fine = await record(denoiser, { sampler: rungeKutta(tableaux.rk4), times: levelGrid(64), x })
    const curve = ({ times: at, states }: typeof coarse) => ({
      x: at.map((t) => noiseLevel(schedule, t)),
      y: at.map((t, i) => states[i]![0]! / schedule.alpha(t)),
    })
    const [ours, exact] = [curve(coarse), curve(fine)]
    const [y, rho] = [ours.y[0]!, ours.x[0]!]
    const noise = (x[0]! - schedule.alpha(times[0]!) * coarse.means[0]![0]!) / schedule.sigma(times[0]!)
    const error = Math.abs(ours.y.at(-1)! - exact.y.at(-1)!)
    const arrows: Mark = {
      kind: 'arrows',
      x: ours.x.slice(0, -1),
      y: ours.y.slice(0, -1),
      dx: ours.x.slice(0, -1).map((level, i) => ours.x[i + 1]! - level),
      dy: ours.y.slice(0, -1).map((value, i) => ours.y[i + 1]! - value),
      ink: 'model',
      label: `${steps} steps`,
    }
    return {
      views: [
        {
          kind: 'plot',
          x: { label: 'ρ = σ/α', min: 0, max: top + 0.2 },
          y: { label: 'y = x/α', min: -4.2, max: 4.2 },
          marks: [
            { kind: 'line', ...exact, ink: 'exact', width: 1.5, label: 'the flow' },
            arrows,
            { kind: 'points', ...ours, ink: 'model', radius: 3 },
          ],
        },
      ],
      numbers: {
        y,
        rho,
        next: ours.x[1]!,
        noise,
        yNext: ours.y[1]!,
        euler: y + (ours.x[1]! - rho) * noise,
        error,
        end: exact.y.at(-1)!,
      },
      caption: `From y = ${say(y)} at ρ = ${say(rho)}: ${steps} steps end at ${say(ours.y.at(-1)!)}, the curve at ${say(exact.y.at(-1)!)}; the error is ${say(error, 2)}.`,
    }
  },
})
