/** `tweedie eval`: judges a model by its samples. */
import { type Command, Option } from 'commander'
import { TweedieError } from '../errors.ts'
import { boundVariances, traces } from '../families/choices.ts'
import { command, oneOf, positive, whole, withEngine, withExamples, withSeed } from './common.ts'
import type { CommonOptions, EngineOptions } from './common.ts'
import { guidanceAttributes, type GuidanceCommandOptions, withGuidance } from './guidance-options.ts'
import { samplerAttributes, withSampler } from './sampler-options.ts'
import type { SamplerOptions } from './sampler-options.ts'
import { refuseEmbeddedOptions, withTyped } from './text-options.ts'

/** The options as they are typed. */
export interface EvalCommandOptions extends CommonOptions, EngineOptions, SamplerOptions, GuidanceCommandOptions {
  readonly data?: string
  readonly heldOut?: string
  readonly count: number
  readonly classes: (typeof classChoices)[number]
  readonly features?: string
  readonly featureRange: (typeof featureRanges)[number]
  readonly clip?: boolean
  readonly batch?: number
  readonly clamp?: boolean
  readonly seed: number
  readonly likelihood?: boolean
  readonly likelihoodItems?: number
  readonly values?: number
  readonly boundVariance?: (typeof boundVariances)[number]
  readonly boundDecoder?: (typeof boundDecoders)[number]
  readonly boundSteps?: number
  readonly terms?: number
  readonly trace?: (typeof traces)[number]
  readonly tolerance?: number
}

const boundDecoders = ['fitted', 'step'] as const
const classChoices = ['data', 'balanced'] as const
const featureRanges = ['-1,1', '0,1', '0,255'] as const

/** The command. */
export function evalCommand(): Command {
  const evaluate = command(
    'eval',
    'judge a model: recognised as its classes, distance from the data, copies, likelihood',
  )
    .argument('<model>', "a model's folder")
    .option('--data <path>', 'the data that it was trained on (default: what train was given)')
    .option('--held-out <path>', 'data that it was not trained on, to compare with as well')
    .addOption(
      new Option('-n, --count <n>', 'how many samples')
        .argParser(whole({ min: 20, max: 1_000_000 }))
        .default(500, '500, of text 16'),
    )
    .option('--classes <how>', 'as often as in the data, or balanced', oneOf(classChoices), 'data')
    .option('--features <file>', 'compare by this ONNX network of images (default: a classifier, or random filters)')
    .option('--feature-range <low,high>', "black and white for that network: '0,1' …", oneOf(featureRanges), '-1,1')
  withGuidance(evaluate)
  withSampler(evaluate)
  evaluate
    .option(
      '--batch <n>',
      'items at a time; changes the memory, not the samples (default: 64, for likelihoods 16)',
      whole(),
    )
    .optionsGroup('Models of text as noisy embeddings (diffusion-lm):')
    .option('--clamp', 'round samples to tokens in every step')
    .optionsGroup('Likelihood, instead of samples (of text beside them, where both are asked for):')
    .option('--likelihood', 'how likely held-out data are: the variational bound and the probability flow')
    .addOption(
      likelihoodOption('--likelihood-items <n>', 'on how many items (default: 32, for points 500)').argParser(
        whole({ max: 1_000_000 }),
      ),
    )
    .addOption(
      likelihoodOption('--values <n>', 'how many shades the images have, equally spaced (default: 256)').argParser(
        whole({ min: 2, max: 65_536 }),
      ),
    )
    .addOption(
      likelihoodOption(
        '--bound-variance <which>',
        `the bound's reverse steps: ${boundVariances.join(', ')} (default: learned, else small, for points large)`,
      ).argParser(oneOf(boundVariances)),
    )
    .addOption(
      likelihoodOption(
        '--bound-decoder <which>',
        "the width of its last step: fitted to the training data, or the step's own (default: fitted)",
      ).argParser(oneOf(boundDecoders)),
    )
    .addOption(
      likelihoodOption(
        '--bound-steps <n>',
        'reverse steps of the bound (default: all levels of the table, or 1000)',
      ).argParser(whole({ max: 100_000 })),
    )
    .addOption(
      likelihoodOption('--terms <n>', 'how many of its terms are looked at, or all (default: 100)').argParser((text) =>
        text === 'all' ? Infinity : whole()(text),
      ),
    )
    .addOption(
      likelihoodOption(
        '--trace <kind>',
        `of the flow's Jacobian: ${traces.join(', ')} (default: exact up to 16 dimensions, else rademacher)`,
      ).argParser(oneOf(traces)),
    )
    .addOption(
      likelihoodOption('--tolerance <x>', "of the flow's solver (default: 1e-3, for points 1e-5)").argParser(positive),
    )
    .optionsGroup('General:')
  withSeed(evaluate)
  withEngine(evaluate)
  withExamples(evaluate, [
    ['tweedie eval runs/mine', 'five hundred samples against the training data'],
    ['tweedie eval runs/mine -n 2000 --held-out ./more-images', 'smaller errors, and data that it has not seen'],
    ['tweedie eval runs/mine --features inception.onnx', "another network's features: FID"],
    ['tweedie eval runs/mine --likelihood', 'bits per dimension of held-out data: bound and flow'],
    ['tweedie eval runs/text', 'bits a character of held-out text, and how much of what samples say is in the text'],
    ['tweedie eval runs/text -n 64 --steps 512 --likelihood-items 256', 'both, more closely'],
    [
      'tweedie eval runs/mine --bound-variance analytic --bound-steps 25',
      'the bound of 25 steps, as Analytic-DPM has it',
    ],
    ['tweedie eval runs/mine --guidance 2', 'samples that are surer of their class: are they recognised?'],
    ['tweedie eval runs/mine --sampler ddim --steps 100 --json', 'what a sampler is worth, for a script'],
  ])
  return evaluate.action(async (model: string, options: EvalCommandOptions, typed: Command) => {
    const { holdsEmbeddings, holdsTokens } = await import('./open-model.ts')
    if ((await holdsTokens(model)) || (await holdsEmbeddings(model))) {
      const { runEvalText } = await import('./eval-text.ts')
      return runEvalText(model, withTyped(options, typed, 'count'))
    }
    refuseEmbeddedOptions(options)
    if (options.likelihood) {
      refuseSamples(typed)
      const { runEvalLikelihood } = await import('./eval-likelihood.ts')
      return runEvalLikelihood(model, options)
    }
    const { runEval } = await import('./eval-run.ts')
    return runEval(model, options)
  })
}

/** Options that are about samples. */
const ofSamples = new Set(['count', 'classes', 'features', 'featureRange', ...samplerAttributes, ...guidanceAttributes])

/** Likelihoods of images and points are a report of their own, for which nothing is drawn. */
function refuseSamples(typed: Command): void {
  const wrong = typed.options.find((option) => {
    const name = option.attributeName()
    return ofSamples.has(name) && typed.getOptionValueSource(name) === 'cli'
  })
  if (wrong === undefined) return
  throw new TweedieError('usage', `option '--likelihood' cannot be used with option '${wrong.flags}'`, {
    hint: 'samples and likelihoods of images and points are two calls',
  })
}

/** An option that asks for likelihoods by being there. */
function likelihoodOption(flags: string, description: string): Option {
  return new Option(flags, description).implies({ likelihood: true })
}
