/**
 * Judges a model of a quantiser's tokens by the bound of maps of tokens, in bits. It is no likelihood of pictures: a decoder without a law
 * says nothing of how likely pixels are given their map.
 */
import { categoricalDenoiser } from '../../compiled/categorical-denoiser.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { type Estimate, tokenBound } from '../../tools/eval/text-report.ts'
import { table } from '../../words.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeData } from '../judge-values-data.ts'
import { requireAlike } from '../require-alike.ts'
import { sessionOf } from '../session-of.ts'
import { tokenSource } from './data.ts'
import { encodedMaps } from './encode-data.ts'
import type { JudgeOptions } from './judge-samples.ts'
import type { VqDiffusionModel } from './model.ts'

/** The default number of items at a time. */
const usualBatch = 16

/** Works out the bound of maps of tokens, of held-out items where there are any. */
export async function judgeLikelihood(
  { prior, quantiser, classNames }: VqDiffusionModel,
  options: JudgeOptions,
  setting: Setting,
): Promise<Judgement> {
  const { seed = 0, batch = usualBatch, likelihoodItems: items } = options
  const { steps } = prior.process.spec
  const terms = options.terms === Infinity ? (steps ?? undefined) : options.terms
  const { training, heldOut } = await judgeData(setting.access, options)
  const dataset = heldOut ?? training
  requireAlike({ ...quantiser, classNames }, dataset)
  const { engine, signal, onProgress } = setting
  const { labels, ...maps } = await encodedMaps(tokenSource(quantiser), dataset, setting)
  using denoiser = await categoricalDenoiser(prior, engine, { batch, ...sessionOf(setting) })
  const isConditional = classNames.length > 0 && labels !== undefined
  const bound = await tokenBound(denoiser, isConditional ? { ...maps, labels } : maps, {
    items,
    terms,
    seed,
    shards: setting.shards,
    signal,
    onProgress: (done, total) => onProgress?.({ phase: 'bound', done, total }),
  })
  setting.shards?.requireAll()
  const { tokenShape, codes } = quantiser.autoencoder
  const [tokens, numbers] = [itemSize(tokenShape), itemSize(quantiser.frame.item)]
  const { bitsPerToken, parts: nats, ...counts } = bound
  const bitsPerMap = scaled(bitsPerToken, tokens)
  const bitsPerValue = scaled(bitsPerToken, tokens / numbers)
  const uniform = tokens * Math.log2(codes)
  const part = heldOut ? 'held-out' : 'training'
  const ofMap = (natsPerToken: number): number => (natsPerToken * tokens) / Math.LN2
  const parts = { prior: ofMap(nats.prior), transitions: ofMap(nats.transitions), decoder: ofMap(nats.decoder) }
  const bits = (value: number): string => `${value.toFixed(2)} bits`
  return {
    facts: {
      data: dataset.name,
      part,
      of: 'maps of tokens',
      items: counts.items,
      terms: counts.terms,
      bitsPerMap,
      bitsPerToken,
      bitsPerValue,
      uniformBitsPerMap: uniform,
      parts,
      givenClass: isConditional,
      seed,
    },
    text: `${table([
      ['map of tokens', `≤ ${text(bitsPerMap, 2)} bits${isConditional ? ', given its class' : ''}`],
      ['  prior', bits(parts.prior)],
      ['  transitions', bits(parts.transitions)],
      ['  decoder', bits(parts.decoder)],
      ['if all were as likely', `${bits(uniform)}: log₂ ${codes} a token`],
      ['a token', `≤ ${text(bitsPerToken, 4)} bits`],
      ['a number of the picture', `≤ ${text(bitsPerValue, 4)} bits of its map`],
    ])}\n\nmaps ${tokenShape.join(' × ')} of ${counts.items} ${part} items of ${dataset.name}`,
    remarks: [
      'these bits are of the map of tokens and not of the pixels: what the map leaves out is not in them',
      ...(heldOut ? [] : ['warning: these are the data that the model was trained on; `heldOut` names others']),
    ],
    howText: `seed ${seed}, a bound by ${counts.terms} of its terms`,
  }
}

const scaled = ({ mean, error }: Estimate, factor: number): Estimate => ({ mean: mean * factor, error: error * factor })

const text = ({ mean, error }: Estimate, digits: number): string => `${mean.toFixed(digits)} ± ${error.toFixed(digits)}`
