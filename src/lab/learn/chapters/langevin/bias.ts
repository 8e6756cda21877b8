/** The law of Langevin dynamics on a normal law, step by step: where it stands still, it is a little too wide. */
import { gaussianDenoiser } from '../../../../diffusion/denoise/index.ts'
import { veSchedule } from '../../../../diffusion/noise/index.ts'
import { langevin, type LangevinConvention } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { curveOf, normalDensity, say } from '../../shared/curve.ts'

const steps = 60
const start = 3
// data N(0, 1 − σ²) under noise σ: the marginal at t = 0 is N(0, 1)
const denoiser = gaussianDenoiser({ schedule: veSchedule({ sigmaMin: 0.1, sigmaMax: 1 }), mean: [0], covariance: 0.99 })

/**
 * Mean (of a start at 1) and variance after each step. The dynamics are linear on a Gaussian, so the law is computed: item 0 starts at one
 * without noise, item k + 1 starts at zero and gets the noise of step k alone.
 */
export async function lawOfLangevin(stepSize: number, convention: LangevinConvention, count = steps) {
  const x = new Float64Array(count + 1)
  x[0] = 1
  const noise = (out: Float32Array | Float64Array, step: number): void => {
    out.fill(0)
    out[step + 1] = 1
  }
  const [factors, variances] = [[1], [0]]
  for await (const { x: now } of langevin(denoiser, { t: 0, x, steps: count, stepSize, convention, noise })) {
    factors.push(now[0]!)
    variances.push(Float64Array.from(now.subarray(1)).reduce((sum, value) => sum + value ** 2, 0))
  }
  return { factors, variances }
}

export const biasFigure = figure({
  id: 'bias',
  title: 'Too wide, by a known amount',
  hint: 'Small steps: nearly the right variance, after a long way. Large steps: there at once, and too wide. At δ = 2 it never stands still.',
  controls: {
    size: { kind: 'slider', label: 'step size', min: 0.02, max: 1.6, step: 0.02, initial: 0.4 },
    convention: {
      kind: 'choice',
      label: 'convention',
      options: [
        { value: 'full', label: 'full: δ ∇ log p + √(2δ) z' },
        { value: 'half', label: 'half: ½ a ∇ log p + √a z' },
      ],
      initial: 'full',
    },
  },
  async show({ size, convention }) {
    const { factors, variances } = await lawOfLangevin(size, convention as LangevinConvention)
    const delta = convention === 'half' ? size / 2 : size
    const limit = 1 / (1 - delta / 2)
    const count = Float64Array.from(factors, (_, i) => i)
    const at = steps
    const bell = (mean: number, variance: number) => curveOf((x) => normalDensity(x, mean, variance), -4, 4)
    return {
      views: [
        {
          kind: 'plot',
          title: 'the law after each step',
          x: { label: 'steps', min: 0, max: steps },
          y: { label: '', min: 0, max: Math.max(3.2, 1.1 * limit) },
          marks: [
            {
              kind: 'line',
              x: count,
              y: factors.map((factor) => start * Math.abs(factor)),
              ink: 'data',
              label: 'distance of the mean',
            },
            { kind: 'line', x: count, y: variances, ink: 'model', label: 'variance' },
            { kind: 'rule', y: limit, ink: 'exact', dashed: true, label: '1/(1 − δ/2)' },
            { kind: 'rule', y: 1, ink: 'muted', dashed: true, label: 'the target’s, 1' },
          ],
        },
        {
          kind: 'plot',
          title: `after ${steps} steps`,
          x: { label: 'x', min: -4, max: 4 },
          y: { label: 'density', min: 0, max: 0.5 },
          marks: [
            { kind: 'area', ...bell(start * factors[at]!, variances[at]!), ink: 'model', label: 'walkers' },
            { kind: 'line', ...bell(0, 1), ink: 'exact', label: 'N(0, 1)' },
          ],
        },
      ],
      numbers: { delta, a: 2 * delta, variance: variances[at]!, limit, after: (1 - delta) ** 2 * 1 + 2 * delta },
      caption: `With δ = ${say(delta)} (a = ${say(2 * delta)}) the variance after ${steps} steps is ${say(variances[at]!)}; it stands still at ${say(limit)}, where 1 would be right.`,
    }
  },
})
