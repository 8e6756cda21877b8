/** Few steps of a solver in the plane, against the exact paths. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import {
  karrasTimes,
  logSnrTimes,
  noNoise,
  rungeKutta,
  tableaux,
  uniformTimes,
} from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { flat } from '../../shared/grid.ts'
import { linesInPlane, record } from '../../shared/paths.ts'
import { densityOf, dots, planePlot } from '../../shared/plane.ts'
import { solvers } from './order.ts'

const reach = 2.6
const schedule = cosineSchedule()
const law = mixtureDenoiser({
  schedule,
  components: [
    { weight: 2, mean: [1, 0.7], covariance: [0.08, 0.03, 0.03, 0.05] },
    { mean: [-1.1, 0.5], covariance: 0.05 },
    { mean: [0, -1.2], covariance: [0.12, 0.03] },
  ],
})
const range = { from: 0.99, to: 0.03 }

export const pathsFigure = figure({
  id: 'paths',
  title: 'Few steps, from a start that you drag',
  hint: 'Drag the starts towards a watershed: that is where few steps choose the wrong side. Then compare solvers at the same cost.',
  controls: {
    solver: {
      kind: 'choice',
      label: 'solver',
      options: Object.entries(solvers).map(([value, { label }]) => ({ value, label })),
      initial: 'ddim',
    },
    steps: { kind: 'slider', label: 'steps', min: 2, max: 30, step: 1, initial: 6 },
    grid: {
      kind: 'choice',
      label: 'times',
      options: [
        { value: 'uniform', label: 'equal steps of t' },
        { value: 'logSnr', label: 'equal steps of λ' },
        { value: 'karras', label: 'Karras' },
      ],
      initial: 'uniform',
    },
    starts: {
      kind: 'points',
      label: 'starts',
      initial: [
        [-1.5, -0.4],
        [1.5, -0.9],
        [0.1, 1.6],
        [-0.4, -1.7],
      ],
    },
  },
  play: { control: 'steps', seconds: 8 },
  async show({ solver, steps, grid, starts }) {
    const x = flat(starts)
    const times =
      grid === 'uniform'
        ? uniformTimes(steps, range)
        : grid === 'logSnr'
          ? logSnrTimes(schedule, steps, { ...range, final: 'sigma-min' })
          : karrasTimes(schedule, steps, { ...range, final: 'sigma-min' })
    const { sampler, label } = solvers[solver]!
    const coarse = await record(law, { sampler, times, x, noise: noNoise })
    const fine = await record(law, {
      sampler: rungeKutta(tableaux.rk4),
      times: logSnrTimes(schedule, 60, { ...range, final: 'sigma-min' }),
      x,
    })
    const [ends, exact] = [coarse.states.at(-1)!, fine.states.at(-1)!]
    const errors = starts.map((_, i) => Math.hypot(ends[2 * i]! - exact[2 * i]!, ends[2 * i + 1]! - exact[2 * i + 1]!))
    return {
      views: [
        planePlot(
          reach,
          [
            densityOf(law, 0.03, reach),
            ...linesInPlane(fine, { ink: 'exact', width: 1.5, opacity: 0.7, label: 'the flow' }),
            ...linesInPlane(coarse, { ink: 'model', width: 1.5, label }),
            ...coarse.states.slice(1, -1).map((state) => dots(state, 'model', { radius: 2.2 })),
            dots(ends, 'model', { radius: 4.5 }),
            dots(exact, 'exact', { radius: 4.5 }),
          ],
          { handles: 'starts' },
        ),
      ],
      numbers: { steps, evaluations: steps * sampler.evaluations, error: Math.max(...errors) },
      caption: `${label} takes ${steps} steps and ${steps * sampler.evaluations} evaluations; its worst end is ${say(Math.max(...errors), 2)} away from where the flow leads.`,
    }
  },
})
