/** The default training of a hierarchy of codes: from facts about the data to a whole specification. The only place with such numbers. */
import type { DataScale } from '../../files/data/dataset.ts'
import type { Budget } from '../../tools/train/spec.ts'
import type { hierarchyKinds } from '../choices.ts'
import { type CodedChoices, lawFor, plainBound } from '../coded/coded-spec.ts'
import { optimizerFor, type OptimizerChoices } from '../default-network.ts'
import { defined } from '../defined.ts'
import { className } from './classes.ts'
import type { HvaeTrainSpec } from './spec.ts'

/** What the defaults depend on. */
export interface HvaeSetting extends DataScale {
  /** How many items there are. */
  readonly length: number
}

/** What a user may choose; whatever is left out has a default. */
export interface HvaeChoices extends CodedChoices {
  readonly budget?: Budget | undefined
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  readonly accumulate?: number | undefined
  readonly optimizer?: OptimizerChoices | undefined
  /** A configuration instead of the default one. */
  readonly config?: Readonly<Record<string, unknown>> | undefined
  readonly hierarchy?: (typeof hierarchyKinds)[number] | undefined
  readonly levels?: number | undefined
  /** Numbers in the code of each level, the lowest first. */
  readonly latentSizes?: readonly number[] | undefined
  /** Features of the hidden layers of each level. */
  readonly widths?: readonly number[] | undefined
  /** Hidden layers of each map. */
  readonly depth?: number | undefined
  readonly dropout?: number | undefined
}

/** How many levels, if nothing says so. */
const usualLevels = 3

/**
 * The specification of a training run.
 *
 * @example
 * const spec = defaultHvaeSpec(images, { budget: { minutes: 8 }, latentSizes: [32, 16, 8], law: { name: 'bernoulli' } })
 */
export function defaultHvaeSpec(setting: HvaeSetting, choices: HvaeChoices = {}): HvaeTrainSpec {
  const { shape, length } = setting
  const isImage = shape.length === 3
  const budget = choices.budget ?? { minutes: isImage ? 10 : 2 }
  return {
    family: 'hvae',
    seed: choices.seed ?? 0,
    batch: choices.batch ?? Math.min(isImage ? 64 : 256, length),
    ...(choices.accumulate !== undefined && { accumulate: choices.accumulate }),
    budget,
    network: { className, config: { input_shape: shape, ...(choices.config ?? configFor(shape, choices)) } },
    law: lawFor(setting, choices.law),
    bound: { ...plainBound, ...defined(choices.bound) },
    // the loss is a sum over all values of an item, and its gradient as large
    optimizer: optimizerFor(budget, { weightDecay: 0, clipNorm: 100, ...defined(choices.optimizer) }),
  }
}

/** Each level has half of what the one below it has. */
function configFor(shape: readonly number[], choices: HvaeChoices): Record<string, unknown> {
  const { hierarchy = 'skip-ladder', latentSizes, widths, depth = 2, dropout } = choices
  const isImage = shape.length === 3
  const count = latentSizes?.length ?? choices.levels ?? widths?.length ?? usualLevels
  const halved = (first: number, least: number): number[] =>
    Array.from({ length: count }, (_, level) => Math.max(least, Math.round(first / 2 ** level)))
  const numbers = shape.reduce((a, b) => a * b, 1)
  return {
    latent_sizes: latentSizes ?? (isImage ? halved(32, 2) : halved(Math.max(2, numbers), 2)),
    widths: widths ?? halved(isImage ? 400 : 128, 64),
    ladder: hierarchy !== 'plain',
    skip_connections: hierarchy === 'skip-ladder',
    layers_per_level: depth,
    ...(dropout !== undefined && { dropout }),
  }
}
