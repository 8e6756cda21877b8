/** Two forms of a classifier's guidance of one step: through the posterior mean, and as a shift of the step. */
import type { FloatArray } from '../../../../diffusion/denoise/index.ts'
import { classifierAncestral, classifierGuided } from '../../../../diffusion/guidance/index.ts'
import { ddpm, noNoise, sampleFinal } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { curveOf, normalDensity, say } from '../../shared/curve.ts'
import { transition } from '../../../../diffusion/noise/index.ts'
import { schedule, scoreOf } from './classes.ts'
import { lineClasses } from './tilted.ts'

const laws = lineClasses(1.5, 0.3)
const gradient = (x: FloatArray, t: number): Float64Array => {
  const at = Float64Array.from(x)
  const everything = scoreOf(laws.everything, at, t)
  return scoreOf(laws.one, at, t).map((value, i) => value - everything[i]!)
}

/** The mean of a step from t to s at x: unguided, and with either form. */
export async function stepMeans(x: number, t: number, s: number, scale: number) {
  const options = { times: [t, s], x: Float64Array.of(x), noise: noNoise }
  const mean = async (
    denoiser: typeof laws.everything | ReturnType<typeof classifierGuided>,
    sampler: Parameters<typeof sampleFinal>[1]['sampler'],
  ) => (await sampleFinal(denoiser, { sampler, ...options }))[0]!
  return {
    plain: await mean(laws.everything, ddpm()),
    guided: await mean(classifierGuided(laws.everything, gradient, { scale }), ddpm()),
    shifted: await mean(laws.everything, classifierAncestral(gradient, { scale })),
  }
}

const lengths = [0.3, 0.2, 0.1, 0.05, 0.025, 0.0125]

export const formsFigure = figure({
  id: 'forms',
  title: 'Two forms of one push',
  hint: 'Shorten the step: both pushes shrink with it, and their difference with its square. In long steps they part.',
  controls: {
    step: { kind: 'slider', label: 'length of the step', min: 0.01, max: 0.3, step: 0.01, initial: 0.15 },
    x: { kind: 'slider', label: 'x', min: -1.5, max: 1.5, step: 0.05, initial: -0.3 },
    scale: { kind: 'slider', label: 'strength s', min: 0, max: 8, step: 0.5, initial: 3 },
  },
  async show({ step, x, scale }) {
    const t = 0.5
    const s = t - step
    const here = await stepMeans(x, t, s, scale)
    const all = await Promise.all(lengths.map((length) => stepMeans(x, t, t - length, scale)))
    const { variance } = transition(schedule, s, t).posterior
    const classifier = gradient(Float64Array.of(x), t)[0]!
    const [low, reach] = [1e-5, 2.6]
    const size = (values: readonly number[]) => values.map((value) => Math.max(low, Math.abs(value)))
    const bell = (mean: number) => curveOf((at) => normalDensity(at, mean, variance), -reach, reach, 181)
    return {
      views: [
        {
          kind: 'plot',
          title: `the step from t = ${t} to ${say(s)}`,
          x: { label: 'x at s', min: -reach, max: reach },
          y: { label: 'density', min: 0, max: 1.15 / Math.sqrt(2 * Math.PI * variance) },
          marks: [
            { kind: 'line', ...bell(here.plain), ink: 'muted', label: 'unguided' },
            { kind: 'line', ...bell(here.guided), ink: 'model', width: 2, label: 'mean of x₀ moved' },
            { kind: 'line', ...bell(here.shifted), ink: { series: 3 }, dashed: true, width: 2, label: 'step shifted' },
            { kind: 'rule', x, ink: 'noise', dashed: true, label: 'x at t' },
          ],
        },
        {
          kind: 'plot',
          title: 'pushes, and their difference',
          x: { label: 'length of the step', min: 0.01, max: 0.35, scale: 'log' },
          y: { label: '', min: low, max: 10, scale: 'log' },
          marks: [
            {
              kind: 'line',
              x: lengths,
              y: size(all.map(({ guided, plain }) => guided - plain)),
              ink: 'model',
              label: 'push of the first',
            },
            {
              kind: 'line',
              x: lengths,
              y: size(all.map(({ shifted, plain }) => shifted - plain)),
              ink: { series: 3 },
              label: 'of the second',
            },
            {
              kind: 'line',
              x: lengths,
              y: size(all.map(({ guided, shifted }) => guided - shifted)),
              ink: 'exact',
              dashed: true,
              label: 'their difference',
            },
            { kind: 'rule', x: step, ink: 'muted', dashed: true },
          ],
        },
      ],
      numbers: {
        s,
        scale,
        classifier,
        variance,
        plain: here.plain,
        guided: here.guided,
        shifted: here.shifted,
        difference: here.guided - here.shifted,
      },
      caption: `A step of ${say(step)} has the mean ${say(here.plain)} unguided, ${say(here.guided)} with the posterior mean moved, and ${say(here.shifted)} with the step shifted.`,
    }
  },
})
