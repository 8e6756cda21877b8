/** The quantile function with a closed form both ways: uniform shades become normal. */
import { normalCdf } from '../../../../diffusion/denoise/normal-quantile.ts'
import { shadeSpline } from '../../../../diffusion/flow/index.ts'
import { filled, input } from '../../../../engine/graph/index.ts'
import { evaluate } from '../../../../engine/graph/reference/index.ts'
import { figure } from '../../figure.ts'
import { evenly, normalCurve, shown } from '../../shared/series.ts'

const shades = 256
const transform = shadeSpline(shades, 4)
const edge = 1 + 1 / (shades - 1)

/** z of values that are uniform in [0, 1], and log dz/du. */
export function quantileOf(u: ArrayLike<number>) {
  const x = Float64Array.from(u, (value) => (2 * value - 1) * edge)
  const p = filled(0, [x.length, 1, transform.parameters])
  const { y, logDerivative } = transform.forward(input('x', [x.length, 1]), p)
  const [z, log] = evaluate([y, logDerivative], { x })
  return { z: Float64Array.from(z.data), logRate: Float64Array.from(log.data, (each) => each + Math.log(2 * edge)) }
}

const grid = evenly(0.001, 0.999, 61)

export const quantile = figure({
  id: 'quantile',
  title: 'From shades to a normal number',
  hint: 'Move u to the ends: black and white lie in bins of their own, and the quantile is still right.',
  controls: { u: { kind: 'slider', label: 'u', min: 0.002, max: 0.998, step: 0.002, initial: 0.9 } },
  show({ u }) {
    const { z, logRate } = quantileOf(grid)
    const [now] = quantileOf([u]).z
    const order = evenly(-3.2, 3.2, 161)
    return {
      views: [
        {
          kind: 'plot',
          title: 'z of u',
          x: { label: 'u', min: 0, max: 1 },
          y: { label: 'z', min: -3.4, max: 3.4 },
          marks: [
            { kind: 'line', x: grid, y: z, ink: 'model' },
            { kind: 'points', x: [u], y: [now!], ink: 'model', radius: 5 },
          ],
        },
        {
          kind: 'plot',
          title: 'the density of z',
          x: { label: 'z', min: -3.4, max: 3.4 },
          y: { label: 'density', min: 0, max: 0.45 },
          marks: [
            { kind: 'line', x: order, y: normalCurve(order), ink: 'exact', width: 4, opacity: 0.4, label: 'N(0, 1)' },
            { kind: 'line', x: z, y: logRate.map((log) => Math.exp(-log)), ink: 'model', label: 'of uniform u' },
          ],
        },
      ],
      numbers: { u, z: now!, error: Math.abs(normalCdf(now!) - u) },
      caption: `u = ${shown(u, 3)} becomes z = ${shown(now!, 3)}, below which N(0, 1) has ${shown(normalCdf(now!), 4)}.`,
    }
  },
})
