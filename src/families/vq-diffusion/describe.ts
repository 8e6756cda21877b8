/** What `info` and the report before training say of a model of a quantiser's tokens. */
import { itemSize } from '../../files/data/dataset.ts'
import { shapeText, thousands } from '../../words.ts'
import { describeModel } from '../describe-model.ts'
import type { Description, Row } from '../family.ts'
import { processText } from '../tokens/describe.ts'
import { explain as explainTokens } from '../tokens/explain.ts'
import type { VqModel } from '../vq/model.ts'
import type { TokenMaps } from './data.ts'
import { tokensIn } from './meta.ts'
import type { VqDiffusionModel } from './model.ts'
import { asTokens, type VqDiffusionSpec } from './spec.ts'

/** The data, the quantiser, its tokens, and the process on them. */
export function describe({ prior, quantiser, meta }: VqDiffusionModel): Description {
  const { process, shape } = prior
  const { className, config, codes } = quantiser.autoencoder
  const { facts, rows } = describeModel(
    { ...prior, family: 'vq-diffusion', meta },
    {
      rows: [
        ['data', `${meta.data.name}: ${meta.data.kind} ${shapeText(meta.data.shape)}`],
        ['autoencoder', `${className}, ${thousands(quantiser.layout.size)} parameters`],
        ['tokens', tokensText(quantiser)],
        ['network sees', `${shapeText(shape)} of ${process.states} states, and tells ${process.categories} tokens`],
      ],
      noise: { facts: { process: meta.process }, text: processText(process.spec) },
    },
  )
  const autoencoder = { network: className, parameters: quantiser.layout.size, config, codes }
  return { facts: { ...facts, tokens: tokensIn(meta), autoencoder }, rows }
}

/** A training run in words: that of tokens, with what is encoded. */
export function explain(spec: VqDiffusionSpec, data: TokenMaps): readonly Row[] {
  const { of, quantiser, path } = data.quantised
  const [, ...rest] = explainTokens(asTokens(spec), data)
  return [
    ['data', `${data.name}: ${thousands(data.length)} items ${shapeText(of.shape)}`],
    ['autoencoder', `${path ?? 'in memory'}: ${quantiser.autoencoder.className}`],
    ['tokens', tokensText(quantiser)],
    ...rest,
  ]
}

/** Maps, and what a uniform law of them costs. */
function tokensText({ autoencoder, frame }: VqModel): string {
  const { tokenShape, codes } = autoencoder
  const bits = itemSize(tokenShape) * Math.log2(codes)
  const each = `${bits.toFixed(1)} bits for ${thousands(itemSize(frame.item))} numbers`
  return `maps ${shapeText(tokenShape)} of ${codes}: up to ${each}`
}
