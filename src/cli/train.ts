/** `tweedie train`: from data to a model in a folder. */
import type { Command } from 'commander'
import { Option } from 'commander'
import {
  attentions,
  decays,
  inputViews,
  kernels,
  noiseSchedules,
  noiseTables,
  parametrisations,
  processSchedules,
  tokenObjectives,
  trainingTimes,
  weightings,
} from '../families/choices.ts'
import { command, oneOf, positive, real, whole, wholes, withEngine, withExamples } from './common.ts'
import type { CommonOptions, EngineOptions } from './common.ts'
import { objectiveNames, objectives } from './train-objectives.ts'
import type { ObjectiveName } from './train-objectives.ts'

const noiseNames = [...noiseTables, ...noiseSchedules]

const share = real({ min: 0, max: 0.9 })

/** The options as they are typed. */
export interface TrainCommandOptions extends CommonOptions, EngineOptions {
  readonly out?: string
  readonly steps?: number
  readonly epochs?: number
  readonly minutes?: number
  readonly batch?: number
  readonly rate?: number
  readonly warmup?: number
  readonly decay?: (typeof decays)[number]
  readonly weightDecay?: number
  readonly clip?: number
  readonly ema?: number
  readonly seed?: number
  readonly size?: number
  readonly crop?: number
  readonly channels?: 1 | 3
  readonly items?: number
  readonly flip?: boolean
  readonly unconditional?: boolean
  readonly holdOut?: number
  readonly length?: number
  readonly tokens?: string
  readonly categories?: number
  readonly kernel?: (typeof kernels)[number]
  readonly processSteps?: number | 'continuous'
  readonly processSchedule?: (typeof processSchedules)[number]
  readonly tokenObjective?: (typeof tokenObjectives)[number]
  readonly lambda?: number
  readonly patch?: number
  readonly widths?: readonly number[]
  readonly depth?: number
  readonly attention?: (typeof attentions)[number]
  readonly network?: string
  readonly objective?: ObjectiveName
  readonly learnVariance?: boolean
  readonly parametrisation?: (typeof parametrisations)[number]
  readonly weighting?: (typeof weightings)[number]
  readonly weightingGamma?: number
  readonly weightingK?: number
  readonly weightingBias?: number
  readonly sigmaData?: number
  readonly input?: (typeof inputViews)[number]
  readonly labelDropout?: number
  readonly times?: (typeof trainingTimes)[number]
  readonly noise?: (typeof noiseNames)[number]
  readonly schedule?: (typeof noiseNames)[number]
  readonly levels?: number
  readonly betaMin?: number
  readonly betaMax?: number
  readonly sigmaMin?: number
  readonly sigmaMax?: number
  readonly shift?: number
  readonly checkpointEvery?: number
  readonly sampleEvery?: number
  readonly logEvery?: number
  readonly resume?: boolean
  readonly force?: boolean
  readonly dryRun?: boolean
}

/** The command. */
export function trainCommand(): Command {
  const train = command('train', 'train a model on images, points or text')
    .argument('[data]', 'a folder of images (sub-folders are classes), a data file, a text, or a built-in set')
    .option('-o, --out <folder>', 'where the model, checkpoints and log go')
    .optionsGroup('How long (one of):')
    .option('--minutes <n>', 'minutes in all (default: 10, for points 2)', positive)
    .option('--steps <n>', 'steps in all', whole())
    .option('--epochs <n>', 'passes over the data', positive)
    .optionsGroup('Data:')
    .option('--size <pixels>', 'bring images to this size', whole({ max: 4096 }))
    .option('--crop <pixels>', 'cut images into patches of this size', whole({ max: 4096 }))
    .option('--channels <n>', '1: grey, 3: colour', (text) => Number(oneOf(['1', '3'])(text)))
    .option('--items <n>', 'built-in sets: how many items (default: 10000)', whole())
    .option('--flip', 'mirror images at random')
    .option('--unconditional', 'pay no attention to classes')
    .option('--hold-out <share>', 'keep the end of the data out, for eval (default: 0, for text 0.1)', share)
    .optionsGroup('Optimisation:')
    .option('--seed <n>', 'equal seeds give equal results (default: 0)', whole({ min: 0 }))
    .option('--batch <n>', 'items to a step (default: 64, for text 16, for points 256)', whole())
    .option('--rate <x>', 'highest learning rate', positive)
    .option('--warmup <n>', 'steps of rising learning rate', whole({ min: 0 }))
    .option('--decay <how>', `the learning rate afterwards: ${decays.join(', ')}`, oneOf(decays))
    .option('--weight-decay <x>', 'decay of the weights', real({ min: 0 }))
    .option('--clip <x>', 'longest gradient', positive)
    .option('--ema <x>', 'decay of the average of the weights', real({ min: 0, max: 0.999999 }))
    .optionsGroup('Network:')
    .option('--widths <list>', 'channels at each resolution, such as 64,128; of a transformer its width', wholes)
    .option('--depth <n>', 'residual blocks at each resolution; of a transformer its layers', whole({ max: 64 }))
    .option('--attention <where>', attentions.join(', '), oneOf(attentions))
    .option('--patch <n>', 'side of the patches that become channels', whole({ max: 64 }))
    .option('--network <file>', "a network's configuration, such as a UNet2DModel's config.json")
    .optionsGroup('Objective:')
    .option(
      '--objective <name>',
      objectiveNames.map((name) => `${name}: ${objectives[name].meaning}`).join('; '),
      oneOf(objectiveNames),
    )
    .option('--parametrisation <name>', `what is predicted: ${parametrisations.join(', ')}`, oneOf(parametrisations))
    .option('--learn-variance', 'predict the variance of the reverse step too: the loss + 0.001 times the bound')
    .option('--weighting <name>', `of the loss: ${weightings.join(', ')}`, oneOf(weightings))
    .option(
      '--weighting-gamma <x>',
      'min-snr: the largest SNR that counts (default: 5); p2: the exponent (default: 1)',
      positive,
    )
    .option('--weighting-k <x>', 'p2: what is added to the SNR (default: 1)', positive)
    .option('--weighting-bias <x>', 'sigmoid: the log-SNR at which it is a half (default: 2)', real())
    .option('--times <law>', `at which times: ${trainingTimes.join(', ')}`, oneOf(trainingTimes))
    .option('--sigma-data <x>', 'standard deviation of the data, for edm (default: 0.5, for points 1)', positive)
    .option('--input <view>', `how the network sees state and time: ${inputViews.join(', ')}`, oneOf(inputViews))
    .option('--label-dropout <p>', 'how often the class is left out', real({ min: 0, max: 0.999 }))
    .optionsGroup('Noise:')
    .option(
      '--noise <name>',
      `a table: ${noiseTables.join(', ')}; in continuous time: ${noiseSchedules.join(', ')}`,
      oneOf(noiseNames),
    )
    .addOption(new Option('--schedule <name>', 'the same').argParser(oneOf(noiseNames)).conflicts('noise'))
    .option('--levels <n>', 'how many levels a table has (default: 1000)', whole({ min: 2, max: 100_000 }))
    .option('--beta-min <x>', 'vp, sub-vp: β at the data (default: 0.1)', positive)
    .option('--beta-max <x>', 'vp, sub-vp: β at the noise (default: 20)', positive)
    .option('--sigma-min <x>', 've, sqrt: the least noise (default: 1, for sqrt 0.1)', positive)
    .option('--sigma-max <x>', 've, edm: the most noise (default: 50, for edm 80)', positive)
    .option('--shift <x>', 'in continuous time: σ/α times this; above 1 for large images', positive)
    .optionsGroup('Tokens (text, maps, images with --categories):')
    .option(
      '--tokens <how>',
      'text as characters, bytes, or by a tokenizer.json (default: characters); a table: columns',
    )
    .option('--length <n>', 'tokens to a window of text (default: 128)', whole({ max: 65_536 }))
    .option(
      '--categories <n>',
      'images of so many levels as categories; with --tokens columns: bins of a column of numbers',
      whole({ min: 2, max: 65_536 }),
    )
    .option('--kernel <name>', `how tokens are corrupted: ${kernels.join(', ')} (default: absorbing)`, oneOf(kernels))
    .option('--process-steps <n>', 'steps of the process, or continuous', (text) =>
      text === 'continuous' ? text : whole({ max: 100_000 })(text),
    )
    .option('--process-schedule <name>', processSchedules.join(', '), oneOf(processSchedules))
    .option(
      '--token-objective <name>',
      'bound: in nats a token; hybrid: bound + λ cross-entropy; or cross-entropy alone',
      oneOf(tokenObjectives),
    )
    .option('--lambda <x>', 'λ of hybrid (default: 1)', real({ min: 0 }))
    .optionsGroup('Run:')
    .option('--resume', 'continue the run in --out')
    .option('--force', 'start over in a folder that is not empty')
    .option('--dry-run', 'only say what would be done, after a few timed steps')
    .option('--checkpoint-every <n>', 'steps between checkpoints (default: a minute)', whole())
    .option('--sample-every <n>', 'steps between samples, as pictures or text', whole())
    .option('--log-every <n>', 'steps between lines of the log (default: 20)', whole())
    .optionsGroup('General:')
  withEngine(train)
  withExamples(train, [
    ['tweedie train ./photos --out runs/photos', 'ten minutes on a folder of images'],
    ['tweedie train ./photos --out runs/photos --resume', 'continue after an interruption'],
    ['tweedie train glyphs -o runs/glyphs --steps 2000', 'a built-in set, reproducible to the bit'],
    ['tweedie train moons -o runs/moons --minutes 1', 'points in the plane'],
    ['tweedie train glyphs -o runs/edm --objective edm --sigma-max 40', "a paper's recipe, with a change"],
    [
      'tweedie train glyphs -o runs/learned --learn-variance --noise linear',
      'better likelihoods and few steps of ddpm',
    ],
    ['tweedie train corpus.txt -o runs/text --minutes 60', 'text, by masked diffusion'],
    ['tweedie train corpus.txt -o runs/lm --objective diffusion-lm', 'text as noisy embeddings, to be controlled'],
    ['tweedie train ./photos --size 32 --dry-run', 'what would it cost?'],
  ])
  return train.action(async (data: string | undefined, options: TrainCommandOptions) => {
    const { runTrain } = await import('./train-run.ts')
    await runTrain(data, options)
  })
}
