/** Which levels of a thousand are visited, and what that does to the samples. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { namedTable, tableSchedule } from '../../../../diffusion/noise/index.ts'
import {
  ddim,
  karrasTimes,
  logSnrTimes,
  quadraticTimes,
  sample,
  tableTimes,
  uniformTimes,
} from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { distanceTo, samplesPlot, twoModes } from '../../shared/line.ts'
import { settled } from '../../shared/paths.ts'
import { normalPoints } from '../../shared/spread.ts'

const schedule = tableSchedule(namedTable('linear'))
const law = mixtureDenoiser({ schedule, components: twoModes })

/** The sequences by name; each falls from noise to clean data in so many steps. */
export const sequences = {
  uniform: { label: 'equal steps', times: (steps: number) => uniformTimes(steps) },
  quadratic: { label: 'quadratic', times: (steps: number) => quadraticTimes(steps) },
  trailing: {
    label: 'trailing levels',
    times: (steps: number) => tableTimes(schedule.table!, steps, { spacing: 'trailing' }),
  },
  leading: {
    label: 'leading levels',
    times: (steps: number) => tableTimes(schedule.table!, steps, { spacing: 'leading' }),
  },
  logSnr: { label: 'equal steps of λ', times: (steps: number) => logSnrTimes(schedule, steps) },
  karras: { label: 'Karras', times: (steps: number) => karrasTimes(schedule, steps) },
} as const
export type SequenceName = keyof typeof sequences

export const sequencesFigure = figure({
  id: 'sub-sequences',
  title: 'Any sub-sequence',
  hint: 'Take 8 steps and try each sequence. Those with many faint levels leave few for the noise in which the modes part. Leading levels never see pure noise.',
  controls: {
    sequence: {
      kind: 'choice',
      label: 'sequence',
      options: Object.entries(sequences).map(([value, { label }]) => ({ value: value as SequenceName, label })),
      initial: 'uniform',
    },
    steps: { kind: 'slider', label: 'steps', min: 2, max: 50, step: 1, initial: 8 },
  },
  async show({ sequence, steps }) {
    const x = normalPoints(240)
    const run = async (name: SequenceName) =>
      settled(sample(law, { sampler: ddim(), times: sequences[name].times(steps), x }))
    const times = sequences[sequence].times(steps)
    const ends = await run(sequence)
    const distance = distanceTo(twoModes, ends)
    const names = Object.keys(sequences) as SequenceName[]
    return {
      views: [
        {
          kind: 'plot',
          title: 'noise levels visited',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'σ/α', min: 0.005, max: 200, scale: 'log' },
          marks: [
            {
              kind: 'line',
              x: Array.from({ length: 100 }, (_, i) => (i + 1) / 100),
              y: Array.from({ length: 100 }, (_, i) => Math.exp(-schedule.logSnr((i + 1) / 100) / 2)),
              ink: 'muted',
            },
            ...names.map((name, i) => {
              const visited = sequences[name].times(steps).filter((t) => t > 0)
              return {
                kind: 'points' as const,
                x: visited,
                y: visited.map((t) =>
                  name === sequence ? Math.max(0.005, Math.exp(-schedule.logSnr(t) / 2)) : 0.0065 * 1.5 ** i,
                ),
                ink: name === sequence ? ('model' as const) : ('muted' as const),
                radius: name === sequence ? 4 : 1.8,
                ...(name === sequence && { label: sequences[name].label }),
              }
            }),
          ],
        },
        samplesPlot(`240 ends after ${steps} steps`, ends, law, { top: 2 }),
      ],
      numbers: { steps, first: times[0]!, second: times[1]!, last: times.at(-2)!, distance },
      caption: `${sequences[sequence].label}, ${steps} steps: from t = ${say(times[0]!)}, the last one from t = ${say(times.at(-2)!)}. The ends are ${say(distance)} away from the density.`,
    }
  },
})
