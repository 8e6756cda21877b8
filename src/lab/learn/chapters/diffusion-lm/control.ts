/** Control by gradients: five texts of two words, of which those that end in a word are asked for. */
import { embeddingTable, roundTokens } from '../../../../diffusion/discrete/index.ts'
import { controlled } from '../../../../diffusion/guidance/index.ts'
import { sqrtSchedule } from '../../../../diffusion/noise/index.ts'
import { uniformTimes } from '../../../../diffusion/sample/index.ts'
import { figure } from '../../figure.ts'
import { drawn } from '../../shared/drawn.ts'
import { percent, whole } from '../../shared/series.ts'
import { textsDenoiser } from './words.ts'

const schedule = sqrtSchedule()
const names = ['she', 'he', 'left']
const table = embeddingTable(Float64Array.of(1.2, 0.1, -0.9, 1, 0, -1.3), 3)
/** The last text is there twice. */
const texts = [
  [0, 0],
  [1, 1],
  [0, 2],
  [1, 2],
  [1, 2],
]
const kinds = [
  [0, 0],
  [1, 1],
  [0, 2],
  [1, 2],
]
const held = texts.filter(([, second]) => second === 2)
const [all, given] = [textsDenoiser(table, schedule, texts), textsDenoiser(table, schedule, held)]

/** ∇ log p(c | x_t): the difference of two scores. */
const gradient = (x: Float32Array | Float64Array, t: number) => {
  const [mean, wanted] = [all.denoise(x, t), given.denoise(x, t)]
  const factor = schedule.alpha(t) / schedule.sigma(t) ** 2
  return x.map((_, i) => factor * (wanted[i]! - mean[i]!))
}

const batch = 240

/** Shares of the texts among draws, and of all others together last. */
export async function controlledShares(logLambda: number, way: 'none' | 'climb' | 'walk'): Promise<number[]> {
  const lambda = 10 ** logLambda
  const options =
    way === 'none'
      ? { rounds: 0 }
      : way === 'climb'
        ? { lambda }
        : { lambda, temperature: 1, rate: 1, rounds: 1, reach: Infinity }
  const times = uniformTimes(40, { from: 0.999 })
  const x = await drawn(all, { sampler: controlled(gradient, options), times, batch, seed: 8 })
  const found = whole(batch).map((i) => String(roundTokens(table, x.subarray(4 * i, 4 * i + 4))))
  const shares = kinds.map((kind) => found.filter((each) => each === String(kind)).length / batch)
  return [...shares, 1 - shares.reduce((sum, each) => sum + each, 0)]
}

export const control = figure({
  id: 'control',
  title: 'Control',
  hint: '‘… left’ is asked for. A small λ nearly always fulfils it, but not with the data’s shares. With λ = 1 and fresh noise the walk draws from the exact conditional.',
  controls: {
    way: {
      kind: 'choice',
      label: 'way',
      options: [
        { value: 'none', label: 'no control' },
        { value: 'climb', label: 'climb' },
        { value: 'walk', label: 'walk, with fresh noise' },
      ],
      initial: 'climb',
    },
    lambda: { kind: 'slider', label: 'log₁₀ λ, fluency', min: -2, max: 1, step: 0.25, initial: -1 },
  },
  async show({ way, lambda }) {
    const shares = await controlledShares(lambda, way)
    const holds = shares[2]! + shares[3]!
    const exact = [0, 0, 1 / 3, 2 / 3, 0]
    const free = [1 / 5, 1 / 5, 1 / 5, 2 / 5, 0]
    const bars = (by: number) => whole(5).map((k) => k + by)
    return {
      views: [
        {
          kind: 'plot',
          title: `${kinds.map((kind) => kind.map((token) => names[token]).join(' ')).join(' · ')} · others`,
          x: { label: 'text', min: -0.6, max: 4.6, bare: true },
          y: { label: 'share', min: 0, max: 1 },
          marks: [
            { kind: 'bars', x: bars(-0.27), y: free, width: 0.25, ink: 'muted', label: 'data' },
            { kind: 'bars', x: bars(0), y: exact, width: 0.25, ink: 'exact', label: 'given that it holds' },
            { kind: 'bars', x: bars(0.27), y: shares, width: 0.25, ink: 'model', label: 'drawn' },
          ],
        },
      ],
      numbers: { lambda: 10 ** lambda, holds, first: shares[2]!, second: shares[3]! },
      caption: `${percent(holds)} of ${batch} draws end in ‘left’: ${percent(shares[2]!)} ‘she left’ and ${percent(shares[3]!)} ‘he left’, where the data given that have 33 % and 67 %.`,
    }
  },
})
