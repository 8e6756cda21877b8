/** `tweedie sample`: draws from a model. */
import { type Command, Option } from 'commander'
import { arithmetics } from '../families/choices.ts'
import { command, oneOf, whole, withEngine, withExamples, withSeed } from './common.ts'
import type { CommonOptions, EngineOptions } from './common.ts'
import { type GuidanceCommandOptions, withGuidance } from './guidance-options.ts'
import { withSampler } from './sampler-options.ts'
import type { SamplerOptions } from './sampler-options.ts'
import { refuseTextOptions, type TextOptions, withTextOptions, withTyped } from './text-options.ts'

/** The options as they are typed. */
export interface SampleCommandOptions
  extends CommonOptions, EngineOptions, SamplerOptions, GuidanceCommandOptions, TextOptions {
  readonly count: number
  readonly out?: string
  readonly class?: string
  readonly batch?: number
  readonly arithmetic?: (typeof arithmetics)[number]
  readonly seed: number
  readonly clip?: boolean
  readonly columns?: number
  readonly data?: string
  readonly encode?: string
  readonly decode?: string
  readonly trajectory?: string
  readonly force?: boolean
}

/** What has no meaning on the way from a picture to its latent, or back. */
const idle = ['count', 'arithmetic', 'trajectory', 'times', 'spacing', 'eta', 'churn', 'variance']

/** The command. */
export function sampleCommand(): Command {
  const sample = command('sample', 'draw samples from a model')
    .argument('<model>', "a model's folder")
    .addOption(
      new Option('-n, --count <n>', 'how many').argParser(whole({ max: 1_000_000 })).default(16, '16, of text 1'),
    )
    .option(
      '-o, --out <path>',
      '.png, .jpg, .webp: a grid; .npy: the values; a folder: one file each; of text .txt, .json',
    )
    .option('--class <names>', 'a class by name or number, several with commas, or all (default: all in turn)')
  withGuidance(sample)
  withSampler(sample)
  sample
    .option('--batch <n>', 'items at a time; changes the memory, not the samples (default: 64)', whole())
    .option(
      '--arithmetic <kind>',
      `${arithmetics.join(', ')} (default: float32). int8: convolutions in whole numbers, up to twice as fast on a cpu with integer dot products, slightly other samples; their ranges are measured first, which pays off from 64 items on`,
      oneOf(arithmetics),
    )
    .option('--columns <n>', 'images in a row of the grid', whole())
    .option('--trajectory <file>', 'a .gif or .webp of the way from noise to samples; of text a .txt')
    .option('--data <path>', 'for analytic-ddpm and analytic-ddim: what to measure on (default: what train was given)')
    .option('--force', 'write over files that exist')
    .optionsGroup('Pictures as latents, instead of noise:')
    .addOption(
      new Option(
        '--encode <picture>',
        'walk from a picture (or a .npy of samples) to its latent, a .npy: ddim',
      ).conflicts(idle),
    )
    .addOption(
      new Option('--decode <latent>', 'and back: the same sampler and as many steps').conflicts(['encode', ...idle]),
    )
    .optionsGroup('General:')
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
    ['tweedie sample runs/mine -n 1000 --out samples/ --arithmetic int8', 'in about half the time'],
    ['tweedie sample runs/mine --encode face.png -o face.npy', 'a picture as a latent …'],
    ['tweedie sample runs/mine --decode face.npy -o again.png', '… and as a picture again'],
    ['tweedie sample runs/mine --trajectory way.gif', 'watch it happen'],
    ['tweedie sample runs/text --length 500 -o text.txt', 'text, longer than in training'],
    ["tweedie sample runs/text --infill 'To be, [MASK:20] question'", 'what belongs in between?'],
    ["tweedie sample runs/lm --clamp --require 'love@5'", 'text by diffusion-lm, with a word where you want it'],
  ])
  return sample.action(async (model: string, options: SampleCommandOptions, typed: Command) => {
    const { holdsEmbeddings, holdsTokens } = await import('./open-model.ts')
    if (await holdsTokens(model)) {
      const { runSampleText } = await import('./sample-text.ts')
      return runSampleText(model, withTyped(options, typed, 'count'))
    }
    if (await holdsEmbeddings(model)) {
      const { runSampleEmbedded } = await import('./sample-embedded.ts')
      return runSampleEmbedded(model, withTyped(options, typed, 'count'))
    }
    refuseTextOptions(options)
    if (options.encode !== undefined || options.decode !== undefined) {
      const { runLatents } = await import('./sample-latents.ts')
      return runLatents(model, options)
    }
    const { runSample } = await import('./sample-run.ts')
    await runSample(model, options)
  })
}
