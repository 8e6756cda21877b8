/** Where a code is worth nothing: the divergence of each at the optimum, by the width of the decoder. */
import { gaussianKl } from '../../../../diffusion/latent/index.ts'
import { figure } from '../../figure.ts'
import { column, numbersOf } from '../../shared/evaluated.ts'
import { shown } from '../../shared/series.ts'

const widths = Array.from({ length: 61 }, (_, i) => 10 ** (-1.5 + i / 26))

/** The divergence of the code along an axis of variance λ: q has the variance σ²/λ, and means of variance 1 − σ²/λ. */
export function carried(lambda: number, variances: readonly number[]): Float64Array {
  const share = variances.map((variance) => Math.min(1, variance / lambda))
  return numbersOf(
    gaussianKl({ mean: column(share.map((s) => Math.sqrt(1 - s))), logVariance: column(share.map(Math.log)) }),
  )
}

const axis = (label: string, initial: number) =>
  ({ kind: 'slider', label, min: 0.1, max: 5, step: 0.1, initial }) as const

export const collapse = figure({
  id: 'collapse',
  title: 'The threshold of collapse',
  hint: 'Widen the decoder until a variance of the data is below σ². Its code then carries nothing, and no trick of training changes that.',
  controls: {
    variance: { kind: 'slider', label: 'log₁₀ σ²', min: -1.5, max: 0.8, step: 0.05, initial: -0.2 },
    a: axis('variance of the data along axis 1', 4),
    b: axis('along axis 2', 2),
    c: axis('along axis 3', 1),
    d: axis('along axis 4', 0.5),
  },
  show({ variance, a, b, c, d }) {
    const [now, lambdas] = [10 ** variance, [a, b, c, d]]
    const nats = lambdas.map((lambda) => carried(lambda, [now])[0]!)
    const active = lambdas.filter((lambda) => lambda > now).length
    return {
      views: [
        {
          kind: 'plot',
          title: 'divergence of each code at the optimum',
          x: { label: 'σ² of the decoder', min: 0.03, max: 6.4, scale: 'log' },
          y: { label: 'nats', min: 0, max: 2.6 },
          marks: [
            ...lambdas.map((lambda, i) => ({
              kind: 'line' as const,
              x: widths,
              y: carried(lambda, widths),
              ink: { series: i },
              label: `λ = ${lambda}`,
            })),
            { kind: 'rule', x: now, ink: 'muted', dashed: true, label: 'σ²' },
            { kind: 'points', x: lambdas.map(() => now), y: nats, ink: 'model', radius: 4 },
          ],
        },
      ],
      numbers: { variance: now, active, nats: nats.reduce((sum, each) => sum + each, 0), first: nats[0]! },
      caption: `At σ² = ${shown(now)}, ${active} of 4 codes carry anything: ${nats.map((each) => shown(each)).join(', ')} nats.`,
    }
  },
})
