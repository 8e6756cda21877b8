/** The default training of a flow: from facts about the data to a whole specification. The only place with such numbers. */
import { sampleSize } from '../../engine/nn/check-config.ts'
import { isFlowClass } from '../../diffusion/flow/classes.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, classCount } from '../../files/data/dataset.ts'
import type { Budget } from '../../tools/train/spec.ts'
import { optimizerFor, type OptimizerChoices } from '../default-network.ts'
import { defined } from '../defined.ts'
import type { NetworkSpec } from '../network-of.ts'
import type { FlowTrainSpec } from './spec.ts'

/** What a user may choose; whatever is left out has a default. */
export interface FlowChoices {
  readonly budget?: Budget | undefined
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  readonly accumulate?: number | undefined
  readonly optimizer?: OptimizerChoices | undefined
  /** A flow instead of the default one; its sizes and classes are filled in from the data. */
  readonly network?: NetworkSpec | undefined
  /** The width of its networks. */
  readonly widths?: readonly number[] | undefined
  /** Their layers. */
  readonly depth?: number | undefined
  readonly dropout?: number | undefined
  readonly flip?: boolean | undefined
  readonly labelDropout?: number | undefined
  readonly shades: number | null
}

/** Splines of shades have a bin for each, or so many. */
const mostBins = 32

/** The dropout of flows of small pictures. */
const usualDropout = 0.5

/** Images of up to so many numbers are vectors. */
const mostOfVector = 256

/** The specification of a training run. */
export function defaultFlowSpec(dataset: ArrayDataset, choices: FlowChoices): FlowTrainSpec {
  const isImage = dataset.kind === 'image'
  const isLarge = isImage && sizeOf(dataset.shape) > mostOfVector
  const budget = choices.budget ?? { minutes: isImage ? 10 : 2 }
  const labelDropout = choices.labelDropout ?? 0
  return {
    family: 'flow',
    seed: choices.seed ?? 0,
    batch: choices.batch ?? Math.min(isLarge ? 64 : 256, dataset.length),
    ...(choices.accumulate !== undefined && { accumulate: choices.accumulate }),
    budget,
    network: networkFor(dataset, choices, labelDropout),
    shades: choices.shades,
    flip: choices.flip ?? false,
    labelDropout,
    optimizer: {
      ...optimizerFor(budget, choices.optimizer),
      ...(isLarge && choices.optimizer?.rate === undefined && { rate: 1e-3 }),
    },
  }
}

function networkFor(
  dataset: ArrayDataset,
  { network, widths, depth, dropout, shades }: FlowChoices,
  labelDropout: number,
): NetworkSpec {
  const { shape, kind } = dataset
  const isImage = kind === 'image'
  const classes = classCount(dataset)
  const isLarge = isImage && sizeOf(shape) > mostOfVector
  const className =
    network?.className ??
    (isLarge ? 'TarFlow' : isImage ? 'AutoregressiveFlow' : sizeOf(shape) < 2 ? 'AutoregressiveFlow' : 'CouplingFlow')
  if (!isFlowClass(className)) return { className, config: network?.config ?? {} }
  const labels = classes > 0 ? { num_class_embeds: classes + Number(labelDropout > 0) } : {}
  const within = shades === null ? {} : { shades, bins: Math.min(shades, isLarge ? mostBins / 2 : mostBins) }
  const size = defined({ width: widths?.[0], layers: depth, dropout })
  if (className === 'CouplingFlow' || className === 'AutoregressiveFlow') {
    // small pictures are few, and are soon known by heart
    const usual = className === 'AutoregressiveFlow' ? { ...within, ...(isImage && { dropout: usualDropout }) } : {}
    return { className, config: { input_shape: shape, ...labels, ...usual, ...size, ...network?.config } }
  }
  if (!isImage) {
    throw new TweedieError(
      'usage',
      `${dataset.name}: ${className} is for images, and items are [${shape.join(', ')}]`,
      {
        hint: '`network: CouplingFlow` or AutoregressiveFlow',
      },
    )
  }
  const config = { ...labels, ...(className === 'TarFlow' && within), ...size, ...network?.config }
  return { className, config: { ...imageSizes(className, shape, config), ...config } }
}

/** The sizes of an image, rounded up to what the flow can cut. */
function imageSizes(
  className: string,
  [channels, ...sides]: readonly number[],
  config: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const stride = className === 'TarFlow' ? Number(config['patch_size'] ?? 4) : 2 ** Number(config['levels'] ?? 2)
  const [height, width] = sides.map((side) => Math.ceil(side / stride) * stride) as [number, number]
  return { in_channels: channels, sample_size: sampleSize(height, width) }
}
