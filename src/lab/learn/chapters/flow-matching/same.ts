/** Flow matching and diffusion: one velocity, written three ways, on any schedule. */
import { mixtureDenoiser, predictionOfSample } from '../../../../diffusion/denoise/index.ts'
import { namedSchedule, noiseLevel, type Schedule, type ScheduleName } from '../../../../diffusion/noise/index.ts'
import { logSnrTimes, rungeKutta, tableaux } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { twoModes } from '../../shared/line.ts'
import { record } from '../../shared/paths.ts'

const [high, low] = [6, -6]
const names = [
  ['rectified-flow', 'rectified flow'],
  ['cosine', 'cosine'],
  ['vp', 'VP'],
] as const

/** The flow on a schedule, from a start in units of the law there, between two log-SNR. */
async function pathOn(schedule: Schedule, start: number) {
  const law = mixtureDenoiser({ schedule, components: twoModes })
  const [from, to] = [schedule.timeOfLogSnr(low), schedule.timeOfLogSnr(high)]
  const x = Float64Array.of(start * Math.hypot(schedule.alpha(from), schedule.sigma(from)))
  const times = logSnrTimes(schedule, 24, { from, to, final: 'sigma-min' })
  return record(law, { sampler: rungeKutta(tableaux.rk4), times, x })
}

export const sameFigure = figure({
  id: 'same',
  title: 'One flow, three clocks',
  hint: 'Change the schedule: in t the path bends otherwise, in the noise level it is the same path, with the same end.',
  controls: {
    schedule: {
      kind: 'choice',
      label: 'schedule',
      options: names.map(([value, label]) => ({ value, label })),
      initial: 'cosine',
    },
    start: { kind: 'slider', label: 'start', min: -2, max: 2, step: 0.05, initial: -0.4 },
    t: { kind: 'slider', label: 't', min: 0.1, max: 0.9, step: 0.05, initial: 0.5 },
    x: { kind: 'slider', label: 'x', min: -1.5, max: 1.5, step: 0.05, initial: 0.2 },
  },
  async show({ schedule: name, start, t, x }) {
    const schedule = namedSchedule(name as ScheduleName)
    const law = mixtureDenoiser({ schedule, components: twoModes })
    const here = Float64Array.of(x)
    const mean = law.denoise(here, t)
    const as = (kind: 'flow' | 'score' | 'epsilon') => predictionOfSample(kind, schedule, t, mean, here)[0]!
    const byGuesses = schedule.alphaRate(t) * mean[0]! + schedule.sigmaRate(t) * as('epsilon')
    const byScore = schedule.drift(t) * x - (schedule.diffusion(t) / 2) * as('score')
    const paths = []
    for (const [each, label] of names) {
      const on = namedSchedule(each)
      const { times, states } = await pathOn(on, start)
      paths.push({
        each,
        label,
        times,
        x: states.map((state) => state[0]!),
        levels: times.map((time) => noiseLevel(on, time)),
        y: states.map((state, i) => state[0]! / on.alpha(times[i]!)),
      })
    }
    const ends = paths.map(({ y }) => y.at(-1)!)
    const ink = (each: string, i: number) => (each === name ? ('model' as const) : { series: i })
    return {
      views: [
        {
          kind: 'plot',
          title: 'x against t',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'x', min: -2.4, max: 2.4 },
          marks: paths.map(({ each, label, times, x: states }, i) => ({
            kind: 'line',
            x: times,
            y: states,
            ink: ink(each, i),
            width: each === name ? 2.5 : 1.2,
            label,
          })),
        },
        {
          kind: 'plot',
          title: 'x/α against the noise level',
          x: { label: 'σ/α', min: 0.05, max: 20, scale: 'log' },
          y: { label: 'x/α', min: -6, max: 6 },
          marks: paths.map(({ each, levels, y }, i) => ({
            kind: 'line',
            x: levels.filter((_, k) => Math.abs(y[k]!) <= 6),
            y: y.filter((value) => Math.abs(value) <= 6),
            ink: ink(each, i),
            width: each === name ? 2.5 : 1.2,
            dashed: each !== name,
          })),
        },
      ],
      numbers: {
        t,
        x,
        v: as('flow'),
        byGuesses,
        byScore,
        end: ends[0]!,
        spread: Math.max(...ends) - Math.min(...ends),
      },
      caption:
        `At x = ${say(x)}, t = ${say(t)} the velocity is ${say(as('flow'))}, by the guesses ${say(byGuesses)} and by the score ${say(byScore)}. ` +
        `The three paths end at ${ends.map((end) => say(end)).join(', ')}.`,
    }
  },
})
