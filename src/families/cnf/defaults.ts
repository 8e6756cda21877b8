/** The default training of a continuous flow. The only place with such numbers. */
import { sampleSize } from '../../engine/nn/check-config.ts'
import { areBytes } from '../../files/data/normalise.ts'
import { type ArrayDataset, classCount, itemSize } from '../../files/data/dataset.ts'
import type { Budget } from '../../tools/train/spec.ts'
import { type OptimizerChoices, optimizerFor, type UNetChoices } from '../default-network.ts'
import { defined } from '../defined.ts'
import type { NetworkSpec } from '../network-of.ts'
import type { FlowSpec } from './flow-spec.ts'
import type { CnfTrainSpec } from './spec.ts'

/** What a user may choose; whatever is left out has a default. */
export interface Choices {
  readonly budget?: Budget | undefined
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  readonly accumulate?: number | undefined
  readonly optimizer?: OptimizerChoices | undefined
  readonly size?: Pick<UNetChoices, 'widths' | 'depth'> | undefined
  readonly network?: NetworkSpec | undefined
  readonly flow?: { readonly [K in keyof FlowSpec]?: FlowSpec[K] | undefined } | undefined
}

/**
 * Steps from data to noise, with about as many evaluations of the field for every method. Fewer are faster, and soon what is learned is
 * the grid: see `docs/theory/continuous-flows.md`.
 */
const usualSteps = { rk4: 10, midpoint: 20, euler: 40 } as const

/** Up to so many dimensions an exact trace costs less than what a probe's noise costs in steps. */
const exactUpTo = 4

/**
 * Times as the network sees them. Its features tell times apart that differ by about one, and a field should be smooth in time: what moves
 * faster than the steps of the solve would be seen by no step.
 */
const timeScale = 10

/** The specification of a training run. */
export function defaultCnfSpec(data: ArrayDataset, choices: Choices = {}): CnfTrainSpec {
  const { shape, length } = data
  const isImage = shape.length === 3
  const budget = choices.budget ?? { minutes: isImage ? 10 : 5 }
  const solver = choices.flow?.solver ?? 'rk4'
  return {
    family: 'cnf',
    seed: choices.seed ?? 0,
    batch: choices.batch ?? Math.min(256, length),
    ...(choices.accumulate !== undefined && { accumulate: choices.accumulate }),
    budget,
    network: networkFor(data, choices),
    flow: {
      solver,
      steps: usualSteps[solver],
      trace: itemSize(shape) <= exactUpTo ? 'exact' : 'rademacher',
      kinetic: 0.01,
      jacobian: 0.01,
      timeScale,
      values: areBytes(data) ? 256 : null,
      ...defined(choices.flow),
    },
    optimizer: optimizerFor(budget, choices.optimizer),
  }
}

/** A perceptron of the data's shape, or the network that was asked for, with its sizes and classes filled in. */
function networkFor(data: ArrayDataset, { network, size = {} }: Choices): NetworkSpec {
  const classes = classCount(data)
  const facts = { ...(classes > 0 && { num_class_embeds: classes }) }
  const usual = data.shape.length === 3 ? { widths: [256], depth: 3 } : { widths: [64], depth: 3 }
  const { widths, depth } = { ...usual, ...defined(size) }
  const className = network?.className ?? 'MLP'
  const config = network?.config ?? { width: widths[0], layers: depth, norm: false }
  if (className !== 'UNet2DModel') return { className, config: { input_shape: data.shape, ...facts, ...config } }
  const [channels, height, width] = data.shape
  const sides = { sample_size: sampleSize(height!, width!), in_channels: channels }
  return { className, config: { ...sides, out_channels: channels, ...facts, ...config } }
}
