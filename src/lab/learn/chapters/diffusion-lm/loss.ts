/** The three terms of the loss by the size of the points: what would bring all words together, and what keeps them apart. */
import { embedTokens, embeddingTable, roundingLogits } from '../../../../diffusion/discrete/index.ts'
import { diracDenoiser } from '../../../../diffusion/denoise/index.ts'
import { sqrtSchedule } from '../../../../diffusion/noise/index.ts'
import { jump } from '../../../../diffusion/noise/kernel.ts'
import { key, normal } from '../../../../engine/random/index.ts'
import { figure } from '../../figure.ts'
import { remembered } from '../../shared/remembered.ts'
import { evenly, meanOf, pause, shown } from '../../shared/series.ts'
import { places, tableOf, words } from './words.ts'

const schedule = sqrtSchedule()
const [draws, levels] = [40, 16]
const noise = normal(key('loss'), new Float64Array(2 * draws * words.length))
const tokens = Int32Array.from({ length: draws * words.length }, (_, i) => i % words.length)

/** The terms for the words’ places times `scale`, with the best denoiser there is: that of words alone. */
export function lossTerms(scale: number) {
  const table = embeddingTable(
    tableOf(places).vectors.map((value) => scale * value),
    words.length,
  )
  const clean = Float64Array.from(embedTokens(table, tokens))
  const denoiser = diracDenoiser({ schedule, shape: [2], points: table.vectors })
  const times = Array.from({ length: levels }, (_, i) => (i + 0.5) / levels)
  const errors = times.map((t) => {
    const mean = denoiser.denoise(jump(schedule, t, clean, noise), t)
    return meanOf(clean.map((value, i) => (value - mean[i]!) ** 2))
  })
  const logits = roundingLogits(table, jump(schedule, 0, clean, noise))
  return {
    error: meanOf(errors),
    end: schedule.alpha(1) ** 2 * meanOf(clean.map((value) => value ** 2)),
    rounding: -meanOf(Array.from(tokens, (token, i) => logits[i * words.length + token]!)),
  }
}

const scales = evenly(0.02, 4, 21)

const curveOf = remembered(async () => {
  const terms: ReturnType<typeof lossTerms>[] = []
  for (const scale of scales) {
    await pause()
    terms.push(lossTerms(scale))
  }
  return terms
}, 1)

export const loss = figure({
  id: 'loss',
  title: 'What keeps words apart',
  hint: 'Shrink the points: the error alone would have them all in one place. Rounding forbids it; and rows of unit variance settle the size.',
  controls: { scale: { kind: 'slider', label: 'size of the points', min: 0.05, max: 4, step: 0.05, initial: 0.3 } },
  async show({ scale }) {
    const all = await curveOf()
    const now = lossTerms(scale)
    const total = now.error + now.end + now.rounding
    const curve = (of: (each: typeof now) => number) => ({ kind: 'line', x: scales, y: all.map(of) }) as const
    return {
      views: [
        {
          kind: 'plot',
          x: { label: 'size of the points', min: 0, max: 4 },
          y: { label: 'loss', min: 0, max: 2.4 },
          marks: [
            { ...curve(({ error }) => error), ink: 'noise', label: 'error of the denoiser' },
            { ...curve(({ rounding }) => rounding), ink: 'data', label: 'rounding' },
            {
              ...curve(({ error, end, rounding }) => error + end + rounding),
              ink: 'model',
              width: 2.5,
              label: 'all terms',
            },
            { kind: 'rule', x: 1, ink: 'muted', dashed: true, label: 'unit variance' },
            { kind: 'points', x: [scale], y: [total], ink: 'model', radius: 6 },
          ],
        },
      ],
      numbers: { scale, error: now.error, end: now.end, rounding: now.rounding, loss: total },
      caption: `At size ${shown(scale)} the denoiser errs by ${shown(now.error, 3)}, and rounding costs ${shown(now.rounding, 3)} nats a word (six words that cannot be told apart cost ${shown(Math.log(6), 3)}).`,
    }
  },
})
