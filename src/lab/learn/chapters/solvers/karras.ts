/** EDM's grid, and Heun's steps on it. */
import { cosineSchedule, noiseLevel, timeOfNoiseLevel } from '../../../../diffusion/noise/index.ts'
import { heun, karrasTimes, sample } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { distanceTo, samplesPlot, twoModes, twoModesOn } from '../../shared/line.ts'
import { settled } from '../../shared/paths.ts'
import { normalPoints } from '../../shared/spread.ts'

const schedule = cosineSchedule()
const law = twoModesOn(schedule)
const [max, min] = [80, 0.02]
const [from, to] = [timeOfNoiseLevel(schedule, max), timeOfNoiseLevel(schedule, min)]

export const karrasFigure = figure({
  id: 'karras',
  title: 'Where to spend the steps',
  hint: 'ρ = 1 takes equal steps of the noise level, and wastes most of them on pure noise. Raise ρ. Churn mends errors of a denoiser; this one makes none, and churn only adds scatter.',
  controls: {
    rho: { kind: 'slider', label: 'ρ', min: 1, max: 15, step: 0.5, initial: 7 },
    steps: { kind: 'slider', label: 'steps', min: 3, max: 40, step: 1, initial: 10 },
    churn: { kind: 'slider', label: 'churn', min: 0, max: 10, step: 0.5, initial: 0 },
  },
  async show({ rho, steps, churn }) {
    const grid = (power: number) => karrasTimes(schedule, steps, { rho: power, from, to })
    const run = (power: number) =>
      settled(
        sample(law, {
          sampler: heun({ churn }),
          times: grid(power),
          x: normalPoints(200).map((z) => z * Math.hypot(schedule.alpha(from), schedule.sigma(from))),
          seed: 1,
        }),
      )
    const ends = await run(rho)
    const levels = grid(rho)
      .filter((t) => t > 0)
      .map((t) => noiseLevel(schedule, t))
    const others = [1, 3, 15].map((power) =>
      grid(power)
        .filter((t) => t > 0)
        .map((t) => noiseLevel(schedule, t)),
    )
    const index = (list: readonly number[]) => list.map((_, i) => i)
    const middle = Math.floor((steps - 1) / 2)
    const formula = (max ** (1 / rho) + (middle / (steps - 1)) * (min ** (1 / rho) - max ** (1 / rho))) ** rho
    const faint = levels.filter((level) => level < 1).length
    const distance = distanceTo(twoModes, ends)
    return {
      views: [
        {
          kind: 'plot',
          title: 'the noise levels of the steps',
          x: { label: 'step', min: 0, max: steps - 1 },
          y: { label: 'σ/α', min: 0.01, max: 120, scale: 'log' },
          marks: [
            ...others.map((list) => ({
              kind: 'line' as const,
              x: index(list),
              y: list,
              ink: 'muted' as const,
              width: 1,
            })),
            { kind: 'line', x: index(levels), y: levels, ink: 'model', label: `ρ = ${say(rho)}` },
            { kind: 'points', x: index(levels), y: levels, ink: 'model', radius: 3.5 },
          ],
        },
        samplesPlot(`200 ends of Heun’s method`, ends, law, { top: 2 }),
      ],
      numbers: {
        rho,
        i: middle,
        n: steps,
        formula,
        level: levels[middle]!,
        faint,
        distance,
        gamma: Math.min(churn / steps, Math.SQRT2 - 1),
      },
      caption: `${faint} of ${steps} levels are below σ/α = 1. The ends are ${say(distance)} away from the density, after ${2 * steps - 1} evaluations.`,
    }
  },
})
