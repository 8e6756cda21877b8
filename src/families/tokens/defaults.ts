/** The default training on tokens: from facts about the data to a whole specification. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import { classCount } from '../../files/data/dataset.ts'
import { companyOf, tokenShares } from '../../files/data/token-statistics.ts'
import { type DiscreteSpec, nearestNeighbours, processOf } from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import { networkClasses } from '../../engine/nn/network-classes.ts'
import type { Budget } from '../../tools/train/spec.ts'
import {
  defaultWidths,
  headsFor,
  optimizerFor,
  type OptimizerChoices,
  transformerSize,
  type UNetChoices,
  unetOf,
} from '../default-network.ts'
import { defined } from '../defined.ts'
import type { NetworkSpec } from '../network-of.ts'
import type { TokenTrainSpec } from './spec.ts'

/** What a user may choose; whatever is left out has a default. */
export interface TokenChoices {
  readonly budget?: Budget | undefined
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  /** Batches to a step, as if they were one; default 1. */
  readonly accumulate?: number | undefined
  readonly optimizer?: OptimizerChoices | undefined
  /** A network instead of the default one; its sizes are filled in from the data. */
  readonly network?: NetworkSpec | undefined
  readonly process?: { readonly [K in keyof DiscreteSpec]?: DiscreteSpec[K] | undefined } | undefined
  /** Of a transformer: the width and the number of layers; of a U-Net: channels at each resolution. */
  readonly widths?: readonly number[] | undefined
  readonly depth?: number | undefined
  readonly labelDropout?: number | undefined
}

/**
 * The specification of a training run on tokens.
 *
 * @example
 * const spec = defaultTokenSpec(corpus, { budget: { minutes: 60 } })
 */
export function defaultTokenSpec(dataset: CategoricalDataset, choices: TokenChoices = {}): TokenTrainSpec {
  const isText = dataset.vocabulary.kind === 'text'
  const budget = choices.budget ?? { minutes: 10 }
  const process = processFor(dataset, choices.process)
  const classes = classCount(dataset)
  const network = networkFor(dataset, process, budget, choices)
  const spare = Number(network.config.num_class_embeds ?? 0) > classes
  return {
    family: 'tokens',
    seed: choices.seed ?? 0,
    batch: choices.batch ?? Math.min(isText ? 16 : 64, dataset.length),
    ...(choices.accumulate !== undefined && { accumulate: choices.accumulate }),
    budget,
    network,
    process,
    labelDropout: choices.labelDropout ?? (classes > 0 && spare ? 0.1 : 0),
    optimizer: optimizerFor(budget, choices.optimizer, learnsByMuon.includes(network.className) ? 'muon' : undefined),
  }
}

/** Measured for text; a U-Net over categories is much like one over pictures. */
const learnsByMuon: readonly string[] = ['TokenTransformer', 'CategoricalUNet']

const schedules: Readonly<Record<DiscreteSpec['kernel'], DiscreteSpec['schedule']>> = {
  absorbing: 'log-linear',
  uniform: 'cosine',
  gaussian: 'linear',
  neighbour: 'mutual-information',
}

/**
 * Tables of what stands around a character: rows for the neighbourhoods that a text of so many characters repeats, features in proportion to the network.
 */
function tablesFor(characters: number, width: number): Record<string, number> {
  const rows = 2 ** Math.floor(Math.log2(characters / 32))
  return {
    neighbourhood_rows: Math.min(2 ** 14, Math.max(2 ** 8, rows)),
    neighbourhood_size: Math.max(8, Math.round(width / 4)),
  }
}

/** How many neighbours a token has in the graph along which tokens move. */
const neighbourCount = 8
/** The kernel refuses more categories than this; checked early, to save the user's time. */
const mostInGraph = 512

/** Masks in continuous time; for levels of brightness, which have an order, steps to neighbouring levels. */
function processFor(dataset: CategoricalDataset, wanted: TokenChoices['process'] = {}): DiscreteSpec {
  const { vocabulary, categories } = dataset
  const kernel: DiscreteSpec['kernel'] = wanted.kernel ?? (vocabulary.kind === 'levels' ? 'gaussian' : 'absorbing')
  const schedule = wanted.schedule ?? schedules[kernel]
  const isGraph = kernel === 'neighbour' && wanted.neighbours === undefined && categories <= mostInGraph
  return {
    kernel,
    schedule,
    steps: kernel === 'absorbing' ? null : kernel === 'uniform' ? 1000 : 100,
    objective: 'bound',
    ...(schedule === 'mutual-information' && { marginal: tokenShares(dataset) }),
    ...(isGraph && { neighbours: nearestNeighbours(companyOf(dataset), categories, neighbourCount) }),
    ...defined(wanted),
  }
}

function networkFor(
  dataset: CategoricalDataset,
  process: DiscreteSpec,
  budget: Budget,
  { network, widths, depth }: TokenChoices,
): TokenTrainSpec['network'] {
  const { shape, categories, vocabulary } = dataset
  const { states } = processOf(process, categories)
  const classes = classCount(dataset)
  const isText = vocabulary.kind === 'text'
  const className = network?.className ?? (shape.length === 1 ? 'TokenTransformer' : 'CategoricalUNet')
  const own = { ...(classes > 0 && { num_class_embeds: classes + 1 }), ...network?.config }
  if (className === 'TokenTransformer') {
    const [width, layers] = transformerSize(budget)
    const hidden = widths?.[0] ?? width
    return {
      className,
      config: {
        length: shape[0],
        vocab_size: categories,
        num_states: states,
        hidden_size: hidden,
        num_layers: depth ?? layers,
        num_attention_heads: headsFor(hidden),
        ...(isText && tablesFor(dataset.length * shape[0]!, hidden)),
        // With the share of masks as its time, a network depends on its tokens alone, and a step that changes none need
        // not be computed.
        time_conditioning: process.kernel === 'absorbing' ? 'masks' : true,
        ...own,
      },
    }
  }
  if (!networkClasses.includes(className)) {
    return { className, config: { input_shape: shape, vocab_size: categories, num_states: states, ...own } }
  }
  if (className !== 'CategoricalUNet') return { className, config: own }
  if (shape.length !== 2) {
    throw new TweedieError(
      'usage',
      `${dataset.name}: items [${shape.join(', ')}]: the network takes maps [height, width]`,
      {
        hint: 'read the images as grey ones (`channels: 1`), or give a network of your own',
      },
    )
  }
  return {
    className,
    config: {
      sample_size: shape[0] === shape[1] ? shape[0] : shape,
      vocab_size: categories,
      num_states: states,
      ...unetOf(sizesFor(shape, budget, { widths, depth })),
      ...own,
    },
  }
}

/**
 * Channels and blocks of a U-Net over maps `[height, width]`. A side that does not halve has fewer resolutions by default, the first of
 * the usual ones, with a block more in place of each that is missing.
 */
function sizesFor(
  shape: readonly number[],
  budget: Budget,
  { widths, depth }: Pick<TokenChoices, 'widths' | 'depth'>,
): Required<Pick<UNetChoices, 'widths' | 'depth'>> {
  if (widths) return { widths, depth: depth ?? 1 }
  const usual = defaultWidths(budget)
  let missing = 0
  while (shape.some((side) => side % 2 ** (usual.length - 1 - missing) !== 0)) missing++
  return { widths: usual.slice(0, usual.length - missing), depth: depth ?? 1 + missing }
}
