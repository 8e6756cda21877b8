/** The bound of words, by the time at which they are rounded. */
import { sqrtSchedule } from '../../../../diffusion/noise/index.ts'
import { embeddingBound } from '../../../../tools/eval/embedding-bound.ts'
import { figure } from '../../figure.ts'
import { remembered } from '../../shared/remembered.ts'
import { evenly, meanOf, pause, shown, sumOf } from '../../shared/series.ts'
import { places, tableOf, textsDenoiser, words } from './words.ts'

const schedule = sqrtSchedule()
const table = tableOf(places)
const denoiser = textsDenoiser(
  table,
  schedule,
  words.map((_, k) => [k]),
)
const tokens = Int32Array.from({ length: 25 * words.length }, (_, i) => i % words.length)

/** The parts of the bound in nats a word, rounded at this time. */
export async function boundAt(from: number, terms = 40) {
  const { prior, transitions, decoder } = await embeddingBound(denoiser, table, tokens, { from, steps: 400, terms })
  const steps = sumOf(transitions.map(({ weight, nats }) => weight * meanOf(nats)))
  const parts = { prior: meanOf(prior), steps, rounding: meanOf(decoder) }
  return { ...parts, total: parts.prior + parts.steps + parts.rounding }
}

const times = evenly(0.02, 0.9, 12)
const curveOf = remembered(async () => {
  const all: Awaited<ReturnType<typeof boundAt>>[] = []
  for (const t of times) {
    await pause()
    all.push(await boundAt(t))
  }
  return all
}, 1)

export const bound = figure({
  id: 'bound',
  title: 'The bound, and when to round',
  hint: 'Round early, and all is paid in steps that rounding would have settled; round late, and rounding itself pays. With the exact denoiser the sum hardly minds.',
  controls: { from: { kind: 'slider', label: 't₀, rounded there', min: 0.02, max: 0.9, step: 0.02, initial: 0.3 } },
  async show({ from }) {
    const [all, now] = [await curveOf(), await boundAt(from)]
    const truth = Math.log(words.length)
    return {
      views: [
        {
          kind: 'plot',
          x: { label: 't₀', min: 0, max: 1 },
          y: { label: 'nats a word', min: 0, max: 2.4 },
          marks: [
            { kind: 'line', x: times, y: all.map(({ steps }) => steps), ink: 'noise', label: 'steps down to t₀' },
            { kind: 'line', x: times, y: all.map(({ rounding }) => rounding), ink: 'data', label: 'rounding' },
            { kind: 'line', x: times, y: all.map(({ total }) => total), ink: 'model', width: 2.5, label: 'bound' },
            { kind: 'rule', y: truth, ink: 'exact', label: '−log p(w) = log 6' },
            { kind: 'points', x: [from], y: [now.total], ink: 'model', radius: 6 },
          ],
        },
      ],
      numbers: { from, prior: now.prior, steps: now.steps, rounding: now.rounding, bound: now.total, truth },
      caption: `Rounded at t₀ = ${shown(from)}: ${shown(now.steps, 3)} nats for the steps and ${shown(now.rounding, 3)} for rounding, ${shown(now.total, 3)} in all, where −log p(w) is ${shown(truth, 3)}.`,
    }
  },
})
