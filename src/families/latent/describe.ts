/** What `info` and the report before training say of a model of codes. */
import { itemSize } from '../../files/data/dataset.ts'
import { shapeText, thousands } from '../../words.ts'
import { describeModel } from '../describe-model.ts'
import { describeNoise } from '../describe-noise.ts'
import type { Description, OwnParts, Row } from '../family.ts'
import { explain as explainValues } from '../values/explain.ts'
import { lawText, lossText as boundLossText } from '../coded/text.ts'
import { wordsFacts, wordsRows } from '../words/describe-words.ts'
import type { LatentData } from './data.ts'
import { jointIn, latentsIn } from './meta.ts'
import type { LatentModel } from './model.ts'
import { shownBy } from './windows/code-windows.ts'
import { asValues, type LatentTrainSpec } from './spec.ts'

/** The data, the autoencoder, its codes, and the noise on them. */
export function describe(model: LatentModel): Description {
  const { prior, autoencoder, meta } = model
  const { item } = shownBy(model).frame
  const { frame, sampling } = prior
  const latents = latentsIn(meta)
  const patches = frame.patch > 1 ? `, patches of ${frame.patch}` : ''
  const { facts, rows } = describeModel(
    { ...prior, family: 'latent', meta },
    {
      rows: [
        ['data', `${meta.data.name}: ${meta.data.kind} ${shapeText(item)}`],
        ['autoencoder', `${autoencoder.autoencoder.className}, ${thousands(autoencoder.layout.size)} parameters`],
        ['law of data', lawText(autoencoder.law)],
        ['codes', codesText(latents.shape, item)],
        ['trained jointly', jointText(meta)],
        ['network sees', `${shapeText(frame.network)}${patches}`],
        ...wordsRows(prior),
        ['sampled in', sampling.jumps ? `${sampling.steps} of its own steps, by ${sampling.sampler}` : undefined],
      ],
      noise: describeNoise(prior),
      facts: wordsFacts(prior),
    },
  )
  const { className: network, config } = autoencoder.autoencoder
  return {
    facts: {
      ...facts,
      latents,
      joint: jointIn(meta) ?? null,
      autoencoder: { network, parameters: autoencoder.layout.size, config, law: autoencoder.law },
    },
    rows,
  }
}

/** A training run in words: that of values, with what is encoded. */
export async function explain(spec: LatentTrainSpec, data: LatentData, own: OwnParts): Promise<readonly Row[]> {
  const { of, autoencoder, path, views } = data.codes
  const [, ...rest] = await explainValues(asValues(spec), data, own)
  const often = views > 1 ? `, ${views} of each item` : ''
  return [
    ['data', `${data.name}: ${thousands(data.length)} items ${shapeText(of.shape)}`],
    [
      'autoencoder',
      `${path ?? 'in memory'}: ${autoencoder.autoencoder.className}${spec.joint ? ', trained further' : ''}`,
    ],
    ['codes', `${codesText(data.shape, of.shape)}${often}`],
    ...rest,
  ]
}

/** The loss of training with the autoencoder is a bound in nats. */
export function lossText({ joint }: LatentTrainSpec, loss: number): string {
  return joint ? boundLossText(joint, loss) : loss.toFixed(4)
}

/** The share of what the network says in the mixed score, over the channels. */
function jointText(meta: LatentModel['meta']): string | undefined {
  const joint = jointIn(meta)
  if (!joint) return undefined
  const { steps, mixture } = joint
  if (!mixture) return `${thousands(steps)} steps`
  const [least, most] = [Math.min(...mixture), Math.max(...mixture)].map((each) => each.toFixed(2))
  return `${thousands(steps)} steps, mixed score ${least} … ${most} of the network`
}

function codesText(codes: readonly number[], items: readonly number[]): string {
  const [fewer, all] = [itemSize(codes), itemSize(items)]
  return `${shapeText(codes)}: ${thousands(fewer)} numbers for ${thousands(all)}`
}
