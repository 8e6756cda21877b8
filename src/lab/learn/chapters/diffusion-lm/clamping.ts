/** The clamping trick: a mean between points is replaced by the nearest, in every step. */
import type { Denoiser } from '../../../../diffusion/denoise/index.ts'
import { clamped, embedTokens, roundTokens } from '../../../../diffusion/discrete/index.ts'
import { sqrtSchedule } from '../../../../diffusion/noise/index.ts'
import { ddim, sample, uniformTimes } from '../../../../diffusion/sample/index.ts'
import { key, normal } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { planeAxes, square } from '../../shared/field.ts'
import { coordinate, meanOf, shown } from '../../shared/series.ts'
import { places, tableOf, textsDenoiser, words } from './words.ts'

const schedule = sqrtSchedule()
const table = tableOf(places)
const exact = textsDenoiser(
  table,
  schedule,
  words.map((_, k) => [k]),
)
const count = 40
const start = normal(key('clamping'), new Float64Array(2 * count))

/** A network that errs: its means are drawn towards the middle. */
const erring = (error: number): Denoiser => ({
  ...exact,
  denoise: (x, t) => exact.denoise(x, t).map((value) => (1 - error) * value),
})

/** Means of every step, `[steps][2 count]`, and how far the last ones are from the nearest word. */
export async function walked(error: number, steps: number, clamps: boolean) {
  const base = erring(error)
  const means: Float64Array[] = []
  const options = { sampler: ddim(), times: uniformTimes(steps, { from: 0.999 }), x: start }
  for await (const { denoised } of sample(clamps ? clamped(base, table) : base, options)) {
    means.push(Float64Array.from(denoised))
  }
  const last = means.at(-1)!
  const nearest = embedTokens(table, roundTokens(table, last))
  const away = meanOf(
    Array.from({ length: count }, (_, i) =>
      Math.hypot(last[2 * i]! - nearest[2 * i]!, last[2 * i + 1]! - nearest[2 * i + 1]!),
    ),
  )
  return { means, away }
}

export const clamping = figure({
  id: 'clamping',
  title: 'Clamping',
  hint: 'Without clamping, means wander between the words and end beside them if the network errs. With it, every step decides on words.',
  controls: {
    clamps: { kind: 'toggle', label: 'clamp the mean', initial: false },
    error: { kind: 'slider', label: 'error of the network', min: 0, max: 0.6, step: 0.05, initial: 0.25 },
    steps: { kind: 'slider', label: 'steps', min: 2, max: 40, step: 1, initial: 12 },
  },
  async show({ clamps, error, steps }) {
    const { means, away } = await walked(error, steps, clamps)
    const last = means.at(-1)!
    return {
      views: [
        {
          kind: 'plot',
          title: 'means E[x₀ | x_t] from step to step',
          ...planeAxes(square(2.2)),
          marks: [
            ...Array.from({ length: count }, (_, i) => ({
              kind: 'line' as const,
              x: means.map((mean) => mean[2 * i]!),
              y: means.map((mean) => mean[2 * i + 1]!),
              ink: 'muted' as const,
              width: 1,
              opacity: 0.6,
            })),
            {
              kind: 'points',
              x: places.map(([x]) => x),
              y: places.map(([, y]) => y),
              ink: 'data',
              radius: 7,
              label: 'words',
            },
            {
              kind: 'points',
              x: coordinate(last, 0),
              y: coordinate(last, 1),
              ink: 'model',
              radius: 3,
              label: 'last means',
            },
          ],
        },
      ],
      numbers: { away, steps },
      caption: `${clamps ? 'Clamped' : 'Not clamped'}, the last means are ${shown(away, 3)} from the nearest word on average.`,
    }
  },
})
