/** Fields that make the same density: the straight one is cheapest. */
import { flowCost, stepGraph } from '../../../../diffusion/ode-flow/index.ts'
import { tableaux } from '../../../../diffusion/sample/index.ts'
import { add, constant, input, matmul, mul, type Tensor } from '../../../../engine/graph/index.ts'
import { evaluate } from '../../../../engine/graph/reference/index.ts'
import { numbersOf } from '../../shared/evaluated.ts'
import { figure } from '../../figure.ts'
import { square } from '../../shared/field.ts'
import { coordinate, meanOf, shown } from '../../shared/series.ts'

/** Points on circles of one and two deviations of the data. */
const sigma = 0.4
const points = Float64Array.from(
  [1, 2].flatMap((r) =>
    Array.from({ length: 8 }, (_, i) => {
      const angle = (Math.PI * (i + 0.5 * r)) / 4
      return [r * sigma * Math.cos(angle), r * sigma * Math.sin(angle)]
    }).flat(),
  ),
)
const count = points.length / 2
const growth = -Math.log(sigma)

/** v = (growth) x + ω J x: data N(0, σ² I) grow to white noise, and turn on the way. */
const fieldOf =
  (omega: number) =>
  (x: Tensor): Tensor =>
    add(mul(x, growth), matmul(x, constant([0, omega, -omega, 0], [2, 2])))

/** Paths, −log p and the two integrals, per dimension, by RK4. */
export function spiral(omega: number, steps = 12) {
  const wanted = ['divergence', 'kinetic', 'jacobian'] as const
  const [x, t, h] = [input('x', [count, 2]), input('t', [1]), constant([1 / steps], [1])]
  const step = stepGraph(fieldOf(omega), x, t, h, { tableau: tableaux.rk4, wanted })
  const outputs = [step.x, ...wanted.map((name) => step.integrals[name]!)]
  const rows = [points]
  const sums = wanted.map(() => new Float64Array(count))
  for (let i = 0; i < steps; i++) {
    const [next, ...parts] = evaluate(outputs, { x: rows.at(-1)!, t: [i / steps] })
    rows.push(Float64Array.from(next!.data))
    parts.forEach(({ data }, k) => data.forEach((value, item) => (sums[k]![item]! += Number(value))))
  }
  const [divergence, kinetic, jacobian] = sums as [Float64Array, Float64Array, Float64Array]
  const end = { x, integrals: { divergence: input('divergence', [count]) } }
  return {
    cost: numbersOf(flowCost(end), { x: rows.at(-1)!, divergence }),
    kinetic: meanOf(kinetic) / 2,
    jacobian: meanOf(jacobian) / 2,
    rows,
  }
}

export const penalties = figure({
  id: 'penalties',
  title: 'Many fields, one density',
  hint: 'Let the field turn: every point ends as likely as before, so the likelihood cannot see it. The penalties do.',
  controls: { omega: { kind: 'slider', label: 'turning, radians', min: -4, max: 4, step: 0.1, initial: 2 } },
  play: { control: 'omega', seconds: 6 },
  show({ omega }) {
    const { cost, kinetic, jacobian, rows } = spiral(omega)
    const nats = meanOf(cost)
    const { x, y } = square(2.4)
    return {
      views: [
        {
          kind: 'plot',
          title: 'from data to noise',
          x: { label: 'x₁', min: x[0], max: x[1], bare: true },
          y: { label: 'x₂', min: y[0], max: y[1], bare: true },
          equal: true,
          marks: [
            ...Array.from({ length: count }, (_, i) => ({
              kind: 'line' as const,
              x: rows.map((row) => row[2 * i]!),
              y: rows.map((row) => row[2 * i + 1]!),
              ink: 'muted' as const,
              width: 1,
            })),
            { kind: 'points', x: coordinate(points, 0), y: coordinate(points, 1), ink: 'data', radius: 3, label: 'x₀' },
            {
              kind: 'points',
              x: coordinate(rows.at(-1)!, 0),
              y: coordinate(rows.at(-1)!, 1),
              ink: 'noise',
              radius: 3,
              label: 'x₁',
            },
          ],
        },
      ],
      numbers: { omega, nats, kinetic, jacobian },
      caption: `−log p is ${shown(nats, 3)} nats, whatever the turning; the kinetic energy is ${shown(kinetic)} and the squared Jacobian ${shown(jacobian)} per dimension.`,
    }
  },
})
