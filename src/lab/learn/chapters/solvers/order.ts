/** The orders of solvers, measured: their error against the steps that they take. */
import { mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import {
  ddim,
  dpmSolver,
  heun,
  logSnrTimes,
  noNoise,
  pndm,
  rungeKutta,
  sample,
  type Sampler,
  tableaux,
  uniPc,
} from '../../../../diffusion/sample/index.ts'
import { figure, type Mark } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { settled } from '../../shared/paths.ts'

const schedule = cosineSchedule()
const model = mixtureDenoiser({
  schedule,
  components: [
    { weight: 2, mean: [1, 0.5], covariance: [0.3, 0.1, 0.1, 0.2] },
    { mean: [-1, 0.2], covariance: 0.25 },
    { mean: [0, -1.2], covariance: [0.1, 0.4] },
  ],
})
const at = (level: number): number => schedule.timeOfLogSnr(-2 * Math.log(level))
/** Equal steps of log-SNR from σ/α = 20 to 0.1, as in the orders that the page lists. */
export const orderTimes = (steps: number): number[] =>
  logSnrTimes(schedule, steps, { from: at(20), to: at(0.1), final: 'sigma-min' })
const starts = Float64Array.of(1, 0.3, -0.7, 1.1, 0.2, -0.9).map(
  (value) => value * Math.hypot(schedule.alpha(at(20)), schedule.sigma(at(20))),
)

/** The solvers by name. */
export const solvers: Readonly<Record<string, { readonly label: string; readonly sampler: Sampler }>> = {
  ddim: { label: 'DDIM', sampler: ddim() },
  heun: { label: 'Heun (EDM)', sampler: heun() },
  rk4: { label: 'Runge–Kutta 4', sampler: rungeKutta(tableaux.rk4) },
  plms: { label: 'PLMS', sampler: pndm({ start: 'euler' }) },
  'dpm++-2m': { label: 'DPM-Solver++ 2M', sampler: dpmSolver({ lowerOrderFinal: 'never' }) },
  'dpm++-3m': { label: 'DPM-Solver++ 3M', sampler: dpmSolver({ order: 3, lowerOrderFinal: 'never' }) },
  'dpm++-3m-published': {
    label: 'DPM-Solver++ 3M as published',
    sampler: dpmSolver({ order: 3, lowerOrderFinal: 'never', curvature: 'published' }),
  },
  unipc: { label: 'UniPC 3', sampler: uniPc({ order: 3, lowerOrderFinal: 'never' }) },
  'unipc-low': { label: 'UniPC 3, low last step', sampler: uniPc({ order: 3 }) },
}

/** Where a sampler leads in so many steps, without noise. */
const endOf = (sampler: Sampler, steps: number): Promise<Float64Array> =>
  settled(sample(model, { sampler, times: orderTimes(steps), x: starts, noise: noNoise }))

let truth: Promise<Float64Array> | undefined
/** Where the flow leads: two hundred steps of order four. */
const exact = (): Promise<Float64Array> => (truth ??= endOf(rungeKutta(tableaux.rk4), 200))

/** The largest error of a solver in so many steps. */
export async function errorOf(sampler: Sampler, steps: number): Promise<number> {
  const [right, found] = [await exact(), await endOf(sampler, steps)]
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0)
}

const counts = [5, 10, 20, 40]

export const orderFigure = figure({
  id: 'order',
  title: 'Orders, measured',
  hint: 'Compare the slopes. Published code is not always of its order: take DPM-Solver++ 3M as it was published. A last step of low order spoils the rest.',
  controls: {
    first: {
      kind: 'choice',
      label: 'first solver',
      options: Object.entries(solvers).map(([value, { label }]) => ({ value, label })),
      initial: 'ddim',
    },
    second: {
      kind: 'choice',
      label: 'second solver',
      options: Object.entries(solvers).map(([value, { label }]) => ({ value, label })),
      initial: 'dpm++-3m',
    },
    count: {
      kind: 'choice',
      label: 'across',
      options: [
        { value: 'evaluations', label: 'evaluations' },
        { value: 'steps', label: 'steps' },
      ],
      initial: 'evaluations',
    },
    steps: { kind: 'slider', label: 'steps', min: 3, max: 40, step: 1, initial: 12 },
  },
  async show({ first, second, count, steps }) {
    const measure = async (name: string) => {
      const { sampler, label } = solvers[name]!
      const errors: number[] = []
      for (const each of counts) {
        errors.push(await errorOf(sampler, each))
      }
      const per = count === 'evaluations' ? sampler.evaluations : 1
      return {
        label,
        claimed: sampler.order,
        errors,
        across: counts.map((each) => each * per),
        order: Math.log2(errors.at(-2)! / errors.at(-1)!),
        here: await errorOf(sampler, steps),
        at: steps * per,
      }
    }
    const [a, b] = [await measure(first), await measure(second)]
    const low = 1e-8
    const marks = (found: typeof a, ink: Mark & { kind: 'line' } extends { ink: infer I } ? I : never): Mark[] => [
      {
        kind: 'line',
        x: found.across,
        y: found.errors.map((error) => Math.max(low, error)),
        ink,
        label: `${found.label}, slope ${say(found.order)}`,
      },
      { kind: 'points', x: found.across, y: found.errors.map((error) => Math.max(low, error)), ink, radius: 3 },
      { kind: 'points', x: [found.at], y: [Math.max(low, found.here)], ink, radius: 6 },
    ]
    return {
      views: [
        {
          kind: 'plot',
          title: 'largest error, from σ/α = 20 to 0.1',
          x: {
            label: count === 'evaluations' ? 'evaluations of the denoiser' : 'steps',
            min: 3,
            max: 200,
            scale: 'log',
          },
          y: { label: '', min: low, max: 3, scale: 'log' },
          marks: [...marks(a, { series: 0 }), ...marks(b, { series: 1 })],
        },
      ],
      numbers: {
        order: a.order,
        other: b.order,
        claimed: a.claimed,
        otherClaimed: b.claimed,
        error: a.here,
        otherError: b.here,
        halving: 2 ** b.order,
      },
      caption: `${a.label} claims order ${a.claimed} and measures ${say(a.order)}; ${b.label} claims ${b.claimed} and measures ${say(b.order)}. In ${steps} steps their errors are ${say(a.here, 2)} and ${say(b.here, 2)}.`,
    }
  },
})
