/** Judges a vector-quantised autoencoder: how well it gives images back, and how it uses its tokens. */
import { sizeOf } from '../../engine/graph/index.ts'
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { table } from '../../words.ts'
import { compiledQuantiser } from '../../compiled/quantiser.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeData } from '../judge-values-data.ts'
import type { judgeOptions } from '../options.ts'
import { rowsOf } from '../../tools/shards/shards.ts'
import { sessionOf } from '../session-of.ts'
import type { VqModel } from './model.ts'
import type { evalOptions } from './options/eval.ts'

/** How well items are given back. */
export interface Reconstruction {
  readonly items: number
  /** 10 log₁₀ (4 / mean squared error) over all items, dB: values go from −1 to 1, and what is given back is cut to that. */
  readonly psnr: number
  /** exp of the entropy of how often each token occurs: so many equally frequent tokens have the same. */
  readonly perplexity: number
  /** How many tokens occur. */
  readonly used: number
  readonly codes: number
  /** Bits of a map, at log₂ K a token, for each value of the image. */
  readonly bitsPerDim: number
}

/** Items at a time, and how many, if not told. */
const usual = { batch: 64, count: 1000 }

/** The ability to evaluate. */
export async function evaluate(model: VqModel, values: OptionValues, setting: Setting): Promise<Judgement> {
  const options: ValuesOf<typeof judgeOptions & typeof evalOptions> = values
  const { training, heldOut } = await judgeData(setting.access, options)
  const dataset = heldOut ?? training
  if (dataset.shape.join() !== model.frame.item.join()) {
    throw new TweedieError(
      'data',
      `${dataset.name}: items of [${dataset.shape.join(', ')}], the model's are [${model.frame.item.join(', ')}]`,
    )
  }
  const report = await reconstruct(model, dataset, setting, options)
  const part = heldOut ? 'held-out' : 'training'
  const tokens = `${report.used} of ${report.codes} used, perplexity ${report.perplexity.toFixed(1)}`
  return {
    facts: { data: dataset.name, part, ...report },
    text: `${table([
      ['reconstruction', `PSNR ${report.psnr.toFixed(2)} dB`],
      ['tokens', tokens],
      ['code', `${report.bitsPerDim.toFixed(4)} bits a value, at log₂ ${report.codes} bits a token`],
    ])}\n\n${report.items} ${part} items of ${dataset.name}`,
    remarks: heldOut ? [] : ['warning: these are the data that the model was trained on; `heldOut` names others'],
    howText: `${report.items} ${part} items`,
  }
}

/** Encodes and decodes items of a data set. */
export async function reconstruct(
  model: VqModel,
  dataset: ArrayDataset,
  setting: Pick<Setting, 'engine' | 'device' | 'threads' | 'shards' | 'signal' | 'onProgress'>,
  {
    batch: most = usual.batch,
    count = usual.count,
  }: { readonly batch?: number | undefined; readonly count?: number | undefined } = {},
): Promise<Reconstruction> {
  const { shards, signal, onProgress } = setting
  const total = Math.min(count, dataset.length)
  const batch = Math.min(most, total)
  const size = itemSize(dataset.shape)
  const { tokenShape, codes } = model.autoencoder
  const uses = new Float64Array(codes)
  let squared = 0
  using quantiser = compiledQuantiser(model, setting.engine, { batch, ...sessionOf(setting) })
  for (let first = 0; first < total; first += batch) {
    const some = Math.min(batch, total - first)
    const rows = await rowsOf(shards, { name: 'items', first, size: batch, count: total }, async () => {
      const indices = Array.from({ length: some }, (_, i) => first + i)
      const x = loadBatch(dataset, indices, new Float32Array(some * size))
      const tokens = await quantiser.encode(x, signal)
      const again = await quantiser.decode(tokens, signal)
      const error = x.reduce((sum, value, i) => sum + (value - Math.min(1, Math.max(-1, again[i]!))) ** 2, 0)
      return { tokens, squared: Float64Array.of(error) }
    })
    for (const token of rows?.tokens ?? []) uses[token]!++
    squared += rows?.squared[0] ?? 0
    onProgress?.({ phase: 'reconstruction', done: first + some, total, unit: 'images' })
  }
  shards?.requireAll()
  const all = total * sizeOf(tokenShape)
  const entropy = uses.reduce((sum, each) => (each > 0 ? sum - (each / all) * Math.log(each / all) : sum), 0)
  return {
    items: total,
    psnr: 10 * Math.log10((4 * total * size) / squared),
    perplexity: Math.exp(entropy),
    used: uses.reduce((sum, each) => sum + Number(each > 0), 0),
    codes,
    bitsPerDim: (sizeOf(tokenShape) * Math.log2(codes)) / size,
  }
}
