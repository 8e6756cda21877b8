/** Euler's and Heun's method in t, in few steps. */
import { euler, heun, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { distanceTo, samplesPlot } from '../../shared/line.ts'
import { linesOverTime, overTime, record, tube } from '../../shared/paths.ts'
import { normalPoints } from '../../shared/spread.ts'
import { lawAt, modesAt, reach } from './pairs.ts'

export const samplingFigure = figure({
  id: 'sampling',
  title: 'Few straight steps',
  hint: 'One step leads to the mean of all data; two find the modes. Compare Heun at half the steps, which costs the same.',
  controls: {
    steps: { kind: 'slider', label: 'steps', min: 1, max: 40, step: 1, initial: 4 },
    method: {
      kind: 'choice',
      label: 'method',
      options: [
        { value: 'euler', label: 'Euler' },
        { value: 'heun', label: 'Heun' },
      ],
      initial: 'euler',
    },
    apart: { kind: 'slider', label: 'half distance of the modes', min: 0.2, max: 1.8, step: 0.1, initial: 1.2 },
  },
  play: { control: 'steps', seconds: 8 },
  async show({ steps, method, apart }) {
    const law = lawAt(apart)
    const sampler = method === 'euler' ? euler({ clock: 'time' }) : heun({ clock: 'time' })
    const times = uniformTimes(steps)
    const few = await record(law, { sampler, times, x: normalPoints(17) })
    const many = await record(law, { sampler, times, x: normalPoints(240) })
    const ends = many.states.at(-1)!
    const distance = distanceTo(modesAt(apart), ends)
    const [x, next] = [few.states[0]![3]!, few.states[1]![3]!]
    const h = times[0]! - times[1]!
    return {
      views: [
        overTime(`${steps} ${steps === 1 ? 'step' : 'steps'}`, reach, [
          tube(law, reach, 40, 40),
          ...linesOverTime(few, { ink: 'model', width: 1.2 }),
        ]),
        samplesPlot('240 ends', ends, law, { top: 2, t: 0.001 }),
      ],
      numbers: {
        steps,
        h,
        x,
        v: (x - next) / h,
        next,
        distance,
        evaluations: steps * sampler.evaluations - (method === 'heun' ? 1 : 0),
      },
      caption: `${steps} steps, ${steps * sampler.evaluations - (method === 'heun' ? 1 : 0)} evaluations: the ends are ${say(distance)} away from the density.`,
    }
  },
})
