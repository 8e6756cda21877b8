/** Noise inside a step: stepping further down and adding noise up to where one wanted to go. */
import { cosineSchedule, timeOfNoiseLevel } from '../../../../diffusion/noise/index.ts'
import { finalVariance, heun, logSnrTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { breather } from '../../shared/breathe.ts'
import { say } from '../../shared/curve.ts'

const schedule = cosineSchedule()
const timeOf = (level: number): number => timeOfNoiseLevel(schedule, level)
const counts = [4, 8, 16, 32]

/** How much noise Heun's ancestral step adds, in units of σ/α: read off its table. */
export function addedBy(from: number, to: number, eta: number): number {
  const [step] = heun({ eta }).plan(schedule, [timeOf(from), timeOf(to)]).steps
  return (step!.stages.at(-1)!.noise?.[0] ?? 0) / schedule.alpha(timeOf(to))
}

/** The relative error of the variance of samples of N(0, 0.3). */
export async function varianceError(eta: number, steps: number): Promise<number> {
  const times = logSnrTimes(schedule, steps, { from: timeOf(20), to: timeOf(0.1), final: 'sigma-min' })
  const { variance, exact } = await finalVariance(heun({ eta }), schedule, times, 0.3)
  return Math.abs(variance / exact - 1)
}

export const noiseFigure = figure({
  id: 'noise',
  title: 'Down, and up again',
  hint: 'Raise η: the step goes further down and comes back up by noise. On the right: what that does to the variance of Gaussian samples, computed and not sampled.',
  controls: {
    eta: { kind: 'slider', label: 'η', min: 0, max: 1, step: 0.05, initial: 1 },
    from: { kind: 'slider', label: 'σ/α before', min: 0.5, max: 10, step: 0.1, initial: 3 },
    ratio: { kind: 'slider', label: 'after, as a part of it', min: 0.1, max: 0.95, step: 0.05, initial: 0.6 },
  },
  play: { control: 'eta', seconds: 5 },
  async show({ eta, from, ratio }) {
    const to = ratio * from
    const up = addedBy(from, to, eta)
    const down = Math.sqrt(Math.max(0, to ** 2 - up ** 2))
    const breathe = breather()
    const errors: { readonly eta: number; readonly values: number[] }[] = []
    for (const each of [0, eta === 0 || eta === 1 ? 0.5 : eta, 1]) {
      const values: number[] = []
      for (const count of counts) values.push(await varianceError(each, count))
      errors.push({ eta: each, values })
      await breathe()
    }
    return {
      views: [
        {
          kind: 'plot',
          title: 'one step',
          x: { label: '', min: 0, max: 3, bare: true },
          y: { label: 'σ/α', min: 0, max: 1.08 * from },
          marks: [
            { kind: 'rule', y: to, ink: 'exact', dashed: true, label: 'where it wants to go' },
            { kind: 'line', x: [0.4, 1.5], y: [from, down], ink: 'model', width: 2.5, label: 'the solver, down' },
            { kind: 'line', x: [1.5, 2.6], y: [down, to], ink: 'noise', width: 2.5, dashed: true, label: 'noise, up' },
            { kind: 'points', x: [0.4, 1.5, 2.6], y: [from, down, to], ink: 'model', radius: 5 },
          ],
        },
        {
          kind: 'plot',
          title: 'error of the variance',
          x: { label: 'steps', min: 3, max: 40, scale: 'log' },
          y: { label: '', min: 1e-4, max: 1, scale: 'log' },
          marks: errors.map(({ eta: each, values }, i) => ({
            kind: 'line',
            x: counts,
            y: values.map((value) => Math.min(1, Math.max(1e-4, value))),
            ink: { series: i },
            label: `η = ${say(each)}`,
          })),
        },
      ],
      numbers: { eta, from, to, up, down, total: Math.hypot(up, down) },
      caption: `From σ/α = ${say(from)} the solver steps down to ${say(down)} instead of ${say(to)}, and noise of ${say(up)} brings it up again.`,
    }
  },
})
