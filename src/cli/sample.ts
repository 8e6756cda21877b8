/** `tweedie sample`: draws from a model. */
import type { Command } from 'commander'
import { command, whole, withEngine, withExamples, withSeed } from './common.ts'
import type { CommonOptions, EngineOptions } from './common.ts'
import { type GuidanceCommandOptions, withGuidance } from './guidance-options.ts'
import { withSampler } from './sampler-options.ts'
import type { SamplerOptions } from './sampler-options.ts'
import { type TextOptions, withTextOptions, withTyped } from './text-options.ts'

/** The options as they are typed. */
export interface SampleCommandOptions
  extends CommonOptions, EngineOptions, SamplerOptions, GuidanceCommandOptions, TextOptions {
  readonly count: number
  readonly out?: string
  readonly class?: string
  readonly batch?: number
  readonly seed: number
  readonly clip?: boolean
  readonly columns?: number
  readonly trajectory?: string
  readonly force?: boolean
}

/** The command. */
export function sampleCommand(): Command {
  const sample = command('sample', 'draw samples from a model')
    .argument('<model>', "a model's folder")
    .option('-n, --count <n>', 'how many', whole({ max: 1_000_000 }), 16)
    .option('-o, --out <path>', '.png, .jpg, .webp: a grid; .npy: the values; a folder: one file each')
    .option('--class <names>', 'a class by name or number, several with commas, or all (default: all in turn)')
  withGuidance(sample)
  withSampler(sample)
  sample
    .option('--batch <n>', 'items at a time; changes the memory, not the samples (default: 64)', whole())
    .option('--columns <n>', 'images in a row of the grid', whole())
    .option('--trajectory <file>', 'a .gif or .webp of the way from noise to samples')
    .option('--force', 'write over files that exist')
  withTextOptions(sample)
  withSeed(sample)
  withEngine(sample)
  withExamples(sample, [
    ['tweedie sample runs/mine', 'sixteen samples in the terminal'],
    ['tweedie sample runs/mine -n 64 --out grid.png', 'a grid'],
    ['tweedie sample runs/mine -n 20 --class cat,dog --out pets.png', 'of these classes, in turn'],
    ['tweedie sample runs/mine --class cat --guidance 2 -o cats.png', 'surer cats: w = 2 (a scale of 3 elsewhere)'],
    ['tweedie sample runs/mine --sampler ddim --eta 1 --steps 50 -o x.png', 'another sampler'],
    ['tweedie sample runs/mine --sampler heun --churn 40 --spacing karras -o x.png', "EDM's stochastic sampler"],
    ['tweedie sample runs/mine -n 1000 --out samples/', 'a thousand files'],
    ['tweedie sample runs/mine -n 1000 --out samples.npy', 'values, float32'],
    ['tweedie sample runs/mine --trajectory way.gif', 'watch it happen'],
  ])
  return sample.action(async (model: string, options: SampleCommandOptions, typed: Command) => {
    const { holdsTokens } = await import('./open-model.ts')
    if (await holdsTokens(model)) {
      const { runSampleText } = await import('./sample-text.ts')
      return runSampleText(model, withTyped(options, typed, 'count'))
    }
    const { runSample } = await import('./sample-run.ts')
    await runSample(model, options)
  })
}
