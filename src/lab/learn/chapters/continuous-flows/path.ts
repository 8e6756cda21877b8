/** One path from data to noise: the density along it, and the divergence that it adds up. */
import { carry, flowLikelihood } from '../../../../diffusion/ode-flow/index.ts'
import { figure } from '../../figure.ts'
import { remembered } from '../../shared/remembered.ts'
import { evenly, logNormal, shown } from '../../shared/series.ts'
import { straightField, twoGroups } from './field.ts'

const denoiser = twoGroups(0.08)
const field = straightField(denoiser)
const steps = 60

/** Paths of points: one row for each time. */
export async function pathsOf(x: Float64Array) {
  const rows = [{ t: 0, x: x.slice() }]
  for await (const { to, y } of carry(field, x, { solver: { name: 'rk4', steps }, from: 0, to: 1 })) {
    rows.push({ t: to, x: Float64Array.from(y) })
  }
  return rows
}

/** log p₀ of a point by its path, in its parts: where the path ends, and the divergence along it. */
export async function partsOf(x: number) {
  const { latent, logDensity } = await flowLikelihood(field, Float64Array.of(x), { solver: { name: 'rk4', steps } })
  const end = latent[0]!
  const exact = denoiser.logDensity(Float64Array.of(x), 0)[0]!
  return { end, white: logNormal(end), integral: logDensity[0]! - logNormal(end), log: logDensity[0]!, exact }
}

/** −∇·v and the slope of log p_t along a path, at the middles of its steps. */
export function rates(rows: Awaited<ReturnType<typeof pathsOf>>) {
  const logs = rows.map(({ t, x }) => denoiser.logDensity(x, t)[0]!)
  return rows.slice(1).map((row, i) => {
    const before = rows[i]!
    const [t, x] = [(row.t + before.t) / 2, Float64Array.of((row.x[0]! + before.x[0]!) / 2)]
    const { divergence } = field.slopeAndDivergence(x, t) as { readonly divergence: Float64Array }
    return { t, divergence: -divergence[0]!, slope: (logs[i + 1]! - logs[i]!) / (row.t - before.t) }
  })
}

const background = remembered(() => pathsOf(evenly(-1.9, 1.9, 24)))

export const path = figure({
  id: 'path',
  title: 'The density along a path',
  hint: 'Move x₀ between the groups: there paths part, the divergence is large, and the density of the data is low.',
  controls: { x: { kind: 'slider', label: 'x₀', min: -2, max: 2, step: 0.02, initial: 0.5 } },
  async show({ x }) {
    const [all, own] = [await background(), await pathsOf(Float64Array.of(x))]
    const { end, white, integral, log, exact } = await partsOf(x)
    const along = rates(own)
    const times = own.map(({ t }) => t)
    const values = along.flatMap(({ divergence, slope }) => [divergence, slope])
    return {
      views: [
        {
          kind: 'plot',
          title: 'data are carried to noise',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'x', min: -2.6, max: 2.6 },
          marks: [
            ...Array.from({ length: 24 }, (_, i) => ({
              kind: 'line' as const,
              x: all.map(({ t }) => t),
              y: all.map((row) => row.x[i]!),
              ink: 'muted' as const,
              width: 1,
            })),
            { kind: 'line', x: times, y: own.map((row) => row.x[0]!), ink: 'model', width: 2.5, label: 'x_t' },
          ],
        },
        {
          kind: 'plot',
          title: 'd log p_t(x_t) / dt',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'nats a unit of time', min: Math.min(-1, ...values) * 1.05, max: Math.max(1, ...values) * 1.05 },
          marks: [
            {
              kind: 'line',
              x: along.map(({ t }) => t),
              y: along.map(({ slope }) => slope),
              ink: 'exact',
              width: 4,
              opacity: 0.4,
              label: 'of the mixture’s density',
            },
            {
              kind: 'line',
              x: along.map(({ t }) => t),
              y: along.map(({ divergence }) => divergence),
              ink: 'model',
              label: '−∇·v',
            },
          ],
        },
      ],
      numbers: { end, white, integral, log, exact },
      caption: `The path ends at ${shown(end)}, where log N(x₁; 0, 1) = ${shown(white)}. With ∫ ∇·v = ${shown(integral)} that makes log p(x₀) = ${shown(log, 3)}; exact is ${shown(exact, 3)}.`,
    }
  },
})
