/** `tweedie train`: from data to a model in a folder. */
import type { Command } from 'commander'
import { TweedieError } from '../errors.ts'
import type { Budget, TrainSpec } from '../train/spec.ts'
import type { Choices } from '../train/defaults.ts'
import type { DataSource } from '../train/node/run-folder.ts'
import {
  attentions,
  decays,
  noiseSchedules,
  noiseTables,
  parametrisations,
  trainingTimes,
  weightings,
} from './choices.ts'
import { command, oneOf, positive, real, whole, wholes, withEngine, withExamples } from './common.ts'
import type { CommonOptions, EngineOptions } from './common.ts'

const noiseNames = [...noiseTables, ...noiseSchedules]

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
  readonly channels?: 1 | 3
  readonly items?: number
  readonly flip?: boolean
  readonly unconditional?: boolean
  readonly patch?: number
  readonly widths?: readonly number[]
  readonly depth?: number
  readonly attention?: (typeof attentions)[number]
  readonly network?: string
  readonly parametrisation?: (typeof parametrisations)[number]
  readonly weighting?: (typeof weightings)[number]
  readonly labelDropout?: number
  readonly times?: (typeof trainingTimes)[number]
  readonly noise?: (typeof noiseNames)[number]
  readonly levels?: number
  readonly checkpointEvery?: number
  readonly sampleEvery?: number
  readonly logEvery?: number
  readonly resume?: boolean
  readonly force?: boolean
  readonly dryRun?: boolean
}

/** The command. */
export function trainCommand(): Command {
  const train = command('train', 'train a model on images or points')
    .argument('[data]', 'a folder of images (sub-folders are classes), a data file, or a built-in set')
    .option('-o, --out <folder>', 'where the model, checkpoints and log go')
    .optionsGroup('How long (one of):')
    .option('--minutes <n>', 'minutes in all (default: 10, for points 2)', positive)
    .option('--steps <n>', 'steps in all', whole())
    .option('--epochs <n>', 'passes over the data', positive)
    .optionsGroup('Data:')
    .option('--size <pixels>', 'bring images to this size', whole({ max: 4096 }))
    .option('--channels <n>', '1: grey, 3: colour', (text) => Number(oneOf(['1', '3'])(text)))
    .option('--items <n>', 'built-in sets: how many items (default: 10000)', whole())
    .option('--flip', 'mirror images at random')
    .option('--unconditional', 'pay no attention to classes')
    .optionsGroup('Optimisation:')
    .option('--seed <n>', 'equal seeds give equal results (default: 0)', whole({ min: 0 }))
    .option('--batch <n>', 'items to a step (default: 64)', whole())
    .option('--rate <x>', 'highest learning rate', positive)
    .option('--warmup <n>', 'steps of rising learning rate', whole({ min: 0 }))
    .option('--decay <how>', `the learning rate afterwards: ${decays.join(', ')}`, oneOf(decays))
    .option('--weight-decay <x>', 'decay of the weights', real({ min: 0 }))
    .option('--clip <x>', 'longest gradient', positive)
    .option('--ema <x>', 'decay of the average of the weights', real({ min: 0, max: 0.999999 }))
    .optionsGroup('Network:')
    .option('--widths <list>', 'channels at each resolution, such as 64,128', wholes)
    .option('--depth <n>', 'residual blocks at each resolution', whole({ max: 64 }))
    .option('--attention <where>', attentions.join(', '), oneOf(attentions))
    .option('--patch <n>', 'side of the patches that become channels', whole({ max: 64 }))
    .option('--network <file>', "a network's configuration, such as a UNet2DModel's config.json")
    .optionsGroup('Objective:')
    .option('--parametrisation <name>', `what is predicted: ${parametrisations.join(', ')}`, oneOf(parametrisations))
    .option('--weighting <name>', `of the loss: ${weightings.join(', ')}`, oneOf(weightings))
    .option('--times <law>', `at which times: ${trainingTimes.join(', ')}`, oneOf(trainingTimes))
    .option(
      '--noise <name>',
      `a table: ${noiseTables.join(', ')}; in continuous time: ${noiseSchedules.join(', ')}`,
      oneOf(noiseNames),
    )
    .option('--levels <n>', 'how many levels a table has (default: 1000)', whole({ min: 2, max: 100_000 }))
    .option('--label-dropout <p>', 'how often the class is left out', real({ min: 0, max: 0.999 }))
    .optionsGroup('Run:')
    .option('--resume', 'continue the run in --out')
    .option('--force', 'start over in a folder that is not empty')
    .option('--dry-run', 'only say what would be done, after a few timed steps')
    .option('--checkpoint-every <n>', 'steps between checkpoints (default: a minute)', whole())
    .option('--sample-every <n>', 'steps between pictures of samples', whole())
    .option('--log-every <n>', 'steps between lines of the log (default: 20)', whole())
    .optionsGroup('General:')
  withEngine(train)
  withExamples(train, [
    ['tweedie train ./photos --out runs/photos', 'ten minutes on a folder of images'],
    ['tweedie train ./photos --out runs/photos --resume', 'continue after an interruption'],
    ['tweedie train glyphs -o runs/glyphs --steps 2000', 'a built-in set, reproducible to the bit'],
    ['tweedie train moons -o runs/moons --minutes 1', 'points in the plane'],
    ['tweedie train ./photos --size 32 --dry-run', 'what would it cost?'],
  ])
  return train.action(async (data: string | undefined, options: TrainCommandOptions) => {
    const { runTrain } = await import('./train-run.ts')
    await runTrain(data, options)
  })
}

/** The options as a specification's choices, all but the network's file. */
export function choicesOf(options: TrainCommandOptions): Choices {
  const { seed, batch, patch, flip, parametrisation, weighting, labelDropout, times } = options
  const { rate, warmup, decay, weightDecay, clip, ema, widths, depth, attention } = options
  return {
    budget: budgetOf(options),
    seed,
    batch,
    patch,
    flip,
    objective: { parametrisation, weighting, labelDropout, ...(times && { times: { name: times } }) },
    noise: noiseOf(options),
    optimizer: { rate, warmup, decay, weightDecay, clipNorm: clip, ema },
    unet: { widths, depth, attention },
  }
}

/** A schedule in continuous time, or a table of levels. */
function noiseOf({ noise, levels }: TrainCommandOptions): Choices['noise'] {
  const schedule = noiseSchedules.find((name) => name === noise)
  if (schedule === undefined) return { table: noiseTables.find((name) => name === noise), levels }
  if (levels === undefined) return { schedule }
  throw new TweedieError('usage', `--levels is for tables, and ${schedule} is a schedule in continuous time`)
}

/** The budget that was asked for. */
export function budgetOf({ steps, epochs, minutes }: TrainCommandOptions): Budget | undefined {
  if (steps !== undefined) return { steps }
  if (epochs !== undefined) return { epochs }
  return minutes === undefined ? undefined : { minutes }
}

/** Where the data come from. */
export function sourceOf(path: string, { size, channels, items, unconditional }: TrainCommandOptions): DataSource {
  return { path, size, channels, length: items, unlabelled: unconditional }
}

/** What may change when a run is resumed: how long, and how fast. */
export function resumedSpec(spec: TrainSpec, options: TrainCommandOptions): TrainSpec {
  const budget = budgetOf(options) ?? spec.budget
  return {
    ...spec,
    budget,
    optimizer: { ...spec.optimizer, ...(options.rate !== undefined && { rate: options.rate }) },
  }
}
