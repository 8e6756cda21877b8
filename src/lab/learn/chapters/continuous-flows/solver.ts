/** How far log p on a grid is from exact, by the method, the steps, and how narrow the data are. */
import { carry, fixedSolvers, type FixedSolverName, flowLikelihood } from '../../../../diffusion/ode-flow/index.ts'
import { figure } from '../../figure.ts'
import { remembered } from '../../shared/remembered.ts'
import { evenly, pause, shown } from '../../shared/series.ts'
import { straightField, twoGroups } from './field.ts'

const counts = [4, 8, 16, 32, 64]
const names = Object.keys(fixedSolvers) as readonly FixedSolverName[]
const labels: Readonly<Record<FixedSolverName, string>> = { euler: 'Euler', midpoint: 'midpoint', rk4: 'RK4' }

/** Data of both groups. */
const startsOf = (variance: number) =>
  Float64Array.from(
    [-1.2, 1.2].flatMap((centre) => [
      ...evenly(centre - 1.5 * Math.sqrt(variance), centre + 1.5 * Math.sqrt(variance), 8),
    ]),
  )

/** The largest error of log p over the data, in nats. */
export async function errorOf(name: FixedSolverName, steps: number, variance: number): Promise<number> {
  const denoiser = twoGroups(variance)
  const x = startsOf(variance)
  const { logDensity } = await flowLikelihood(straightField(denoiser), x, { solver: { name, steps } })
  const exact = denoiser.logDensity(x, 0)
  return Math.max(1e-12, ...logDensity.map((log, i) => Math.abs(log - exact[i]!)))
}

const curvesOf = remembered(async (variance: number) => {
  const curves: Record<FixedSolverName, number[]> = { euler: [], midpoint: [], rk4: [] }
  for (const name of names) {
    await pause()
    for (const steps of counts) curves[name].push(await errorOf(name, steps, variance))
  }
  return curves
})

export const solver = figure({
  id: 'solver',
  title: 'The grid of the solve',
  hint: 'Halve the steps’ size: the error falls by 2, 4 and 16. Narrow the data: the field gets steep between them, and a coarse grid is wrong by whole nats.',
  controls: {
    name: {
      kind: 'choice',
      label: 'method',
      options: names.map((value) => ({ value, label: labels[value] })),
      initial: 'rk4',
    },
    steps: { kind: 'slider', label: 'steps', min: 2, max: 64, step: 1, initial: 8 },
    variance: {
      kind: 'slider',
      label: 'log₁₀ of the groups’ variance',
      min: -2.5,
      max: -0.5,
      step: 0.1,
      initial: -1.3,
    },
  },
  async show({ name, steps, variance: log }) {
    const variance = 10 ** log
    const curves = await curvesOf(variance)
    const error = await errorOf(name, steps, variance)
    const x = startsOf(variance)
    const rows = [{ t: 0, x: x.slice() }]
    for await (const { to, y } of carry(straightField(twoGroups(variance)), x, {
      solver: { name, steps },
      from: 0,
      to: 1,
    })) {
      rows.push({ t: to, x: Float64Array.from(y) })
    }
    const all = [...names.flatMap((each) => curves[each]), error]
    return {
      views: [
        {
          kind: 'plot',
          title: 'paths on the grid',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'x', min: -3, max: 3 },
          marks: Array.from(x, (_, i) => ({
            kind: 'line' as const,
            x: rows.map(({ t }) => t),
            y: rows.map((row) => Math.max(-3, Math.min(3, row.x[i]!))),
            ink: 'model' as const,
            width: 1,
          })),
        },
        {
          kind: 'plot',
          title: 'error of log p',
          x: { label: 'steps', min: 1.8, max: 75, scale: 'log' },
          y: { label: 'largest error, nats', min: Math.min(...all) / 2, max: Math.max(...all) * 2, scale: 'log' },
          marks: [
            ...names.map((each, i) => ({
              kind: 'line' as const,
              x: counts,
              y: curves[each],
              ink: { series: i },
              label: labels[each],
            })),
            { kind: 'points', x: [steps], y: [error], ink: 'model', radius: 6 },
          ],
        },
      ],
      numbers: { steps, error, halved: await errorOf(name, 2 * steps, variance) },
      caption: `${labels[name]} in ${steps} steps is wrong by up to ${shown(error, error < 0.01 ? 5 : 3)} nats.`,
    }
  },
})
