/** The part of a specification that all families have, from options. */
import { TweedieError } from '../errors.ts'
import type { OptionValues, ValuesOf } from '../options.ts'
import { type AverageSpec, secondWidth } from '../tools/train/average.ts'
import type { BaseSpec, Budget } from '../tools/train/spec.ts'
import { optimizerFor } from './default-network.ts'
import type { NetworkSpec } from './network-of.ts'
import type { sharedTrainOptions } from './train-options.ts'

/** The options that all families take for training. */
export type SharedTrainValues = ValuesOf<typeof sharedTrainOptions>

/** The choices that they make. @throws TweedieError `usage` for more than one budget, and for what the optimiser has not */
export function sharedChoices(options: SharedTrainValues) {
  const { seed, batch, accumulate, optimizer: name, momentum, rate, warmup, decay, weightDecay, clip } = options
  if (momentum !== undefined && (name ?? 'adamw') === 'adamw') {
    throw new TweedieError('usage', `\`momentum\` is for sgd and muon, and the optimiser is ${name ?? 'adamw'}`, {
      hint: '`optimizer: sgd` or `optimizer: muon`',
    })
  }
  return {
    budget: budgetOf(options),
    seed,
    batch,
    accumulate,
    optimizer: { name, momentum, rate, warmup, decay, weightDecay, clipNorm: clip, ema: averageOf(options) },
  }
}

/**
 * What the specifications of all families have, by the options of training: for families of the user's own.
 *
 * @param usual the default batch and budget
 * @example
 * specOf: (data, options) => ({ family: 'mine', ...baseSpec(options, network, { batch: 64, budget: { minutes: 1 } }) })
 */
export function baseSpec(
  options: OptionValues,
  network: NetworkSpec,
  usual: Pick<BaseSpec, 'batch' | 'budget'>,
): BaseSpec {
  const { budget = usual.budget, seed = 0, batch = usual.batch, accumulate, optimizer } = sharedChoices(options)
  const more = accumulate !== undefined && { accumulate }
  return { seed, batch, ...more, budget, network, optimizer: optimizerFor(budget, optimizer) }
}

/** The average of the weights that was asked for. @throws TweedieError `usage` for two */
function averageOf({ ema, emaWidth, keepAverages }: SharedTrainValues): AverageSpec | undefined {
  const other = emaWidth === undefined ? 'keepAverages' : 'emaWidth'
  if (emaWidth === undefined && keepAverages === undefined) return ema
  if (ema !== undefined) {
    throw new TweedieError('usage', `\`ema\` and \`${other}\` exclude each other: give one of them`)
  }
  const width = emaWidth ?? 0.1
  return { width, ...(keepAverages && { kept: { count: keepAverages, width: secondWidth(width) } }) }
}

/** The budget that was asked for. @throws TweedieError `usage` for more than one */
export function budgetOf({ steps, epochs, minutes }: SharedTrainValues): Budget | undefined {
  if ([steps, epochs, minutes].filter((each) => each !== undefined).length > 1) {
    throw new TweedieError('usage', '`steps`, `epochs` and `minutes` exclude each other: give one of them')
  }
  if (steps !== undefined) return { steps }
  if (epochs !== undefined) return { epochs }
  return minutes === undefined ? undefined : { minutes }
}
