/** `tweedie eval`: judges a model by its samples. */
import type { Command } from 'commander'
import { spacings } from './choices.ts'
import { command, oneOf, real, whole, withEngine, withExamples, withSeed } from './common.ts'
import type { CommonOptions, EngineOptions } from './common.ts'

/** The options as they are typed. */
export interface EvalCommandOptions extends CommonOptions, EngineOptions {
  readonly data?: string
  readonly heldOut?: string
  readonly count: number
  readonly classes: (typeof classChoices)[number]
  readonly features?: string
  readonly featureRange: (typeof featureRanges)[number]
  readonly sampler: string
  readonly steps: number
  readonly eta?: number
  readonly spacing?: (typeof spacings)[number]
  readonly clip?: boolean
  readonly batch?: number
  readonly seed: number
}

const classChoices = ['data', 'balanced'] as const
const featureRanges = ['-1,1', '0,1', '0,255'] as const

/** The command. */
export function evalCommand(): Command {
  const evaluate = command('eval', 'judge a model: recognised as its classes, distance from the data, copies')
    .argument('<model>', "a model's folder")
    .option('--data <path>', 'the data that it was trained on (default: what train was given)')
    .option('--held-out <path>', 'data that it was not trained on, to compare with as well')
    .option('-n, --count <n>', 'how many samples', whole({ min: 20, max: 1_000_000 }), 500)
    .option('--classes <how>', 'as often as in the data, or balanced', oneOf(classChoices), 'data')
    .option('--features <file>', 'compare by this ONNX network of images (default: a classifier, or random filters)')
    .option('--feature-range <low,high>', "black and white for that network: '0,1' …", oneOf(featureRanges), '-1,1')
    .option('--sampler <name>', "which sampler ('tweedie samplers' lists them)", 'dpm++-2m')
    .option('--steps <n>', 'steps of the sampler', whole({ max: 100_000 }), 20)
    .option('--spacing <name>', `where the steps lie: ${spacings.join(', ')}`, oneOf(spacings))
    .option('--eta <x>', 'noise of ddim: 0 none, 1 that of ddpm', real({ min: 0, max: 1 }))
    .option('--clip', 'clip to the range of the data on the way (default for images)')
    .option('--no-clip', 'do not')
    .option('--batch <n>', 'items at a time; changes the memory, not the samples (default: 64)', whole())
  withSeed(evaluate)
  withEngine(evaluate)
  withExamples(evaluate, [
    ['tweedie eval runs/mine', 'five hundred samples against the training data'],
    ['tweedie eval runs/mine -n 2000 --held-out ./more-images', 'smaller errors, and data that it has not seen'],
    ['tweedie eval runs/mine --features inception.onnx', "another network's features: FID"],
    ['tweedie eval runs/mine --sampler ddim --steps 100 --json', 'what a sampler is worth, for a script'],
  ])
  return evaluate.action(async (model: string, options: EvalCommandOptions) => {
    const { runEval } = await import('./eval-run.ts')
    await runEval(model, options)
  })
}
