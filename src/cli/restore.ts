/** `tweedie restore`: what could it have been, before it was measured? */
import type { Command } from 'commander'
import { restoreMethods, restoreTasks } from './restore-choices.ts'
import { command, oneOf, positive, real, whole, withEngine, withExamples, withSeed } from './common.ts'
import type { CommonOptions, EngineOptions } from './common.ts'

/** The options as they are typed. */
export interface RestoreCommandOptions extends CommonOptions, EngineOptions {
  readonly task: (typeof restoreTasks)[number]
  readonly mask?: string
  readonly factor?: number
  readonly kernel?: string
  readonly bicubic?: boolean
  readonly sigma?: number
  readonly simulate?: boolean
  readonly method: (typeof restoreMethods)[number]
  readonly steps?: number
  readonly iterations?: number
  readonly zeta?: number
  readonly lambda?: number
  readonly resample?: number
  readonly class?: string
  readonly count: number
  readonly out?: string
  readonly columns?: number
  readonly batch?: number
  readonly seed: number
  readonly force?: boolean
}

/** The command. */
export function restoreCommand(): Command {
  const restore = command('restore', 'draw what a damaged picture could have been: fill in, sharpen, enlarge, colour')
    .argument('<model>', "a model's folder")
    .argument('<picture>', 'the picture as it was measured, or with --simulate as it was')
    .requiredOption('--task <name>', `what happened to it: ${restoreTasks.join(', ')}`, oneOf(restoreTasks))
    .optionsGroup('Measurement:')
    .option('--mask <file>', 'inpaint: a picture of the same size, white where something is to be filled in')
    .option('--factor <n>', 'super-resolution: how much smaller it is than what the model makes', whole({ min: 2 }))
    .option('--bicubic', 'super-resolution: it was made smaller by bicubic interpolation, not by averages')
    .option('--kernel <name>', 'deblur: gaussian:SIGMA, box:PIXELS or motion:PIXELS,DEGREES')
    .option('--sigma <x>', 'noise of the measurement, data being -1 … 1 (default: 0.02)', real({ min: 0 }))
    .option('--simulate', 'the picture is clean: measure it first, with noise')
    .optionsGroup('Method:')
    .option('--method <name>', `how to draw: ${restoreMethods.join(', ')}`, oneOf(restoreMethods), 'mmps')
    .option('--steps <n>', "steps (default: the method's)", whole({ max: 100_000 }))
    .option('--iterations <n>', 'mmps: of the solver, in each step (default: 3)', whole({ max: 1000 }))
    .option(
      '--zeta <x>',
      'dps: length of the step (default: 400/steps, 4 at most); diffpir: share of new noise (default: 1)',
      real({ min: 0 }),
    )
    .option('--lambda <x>', 'diffpir: how much the model counts against the measurement (default: 1)', positive)
    .option('--resample <n>', 'repaint: how often it walks back (default: 10)', whole({ max: 1000 }))
    .option('--class <name>', 'the class that it is of, if that is known')
    .optionsGroup('Output:')
    .option(
      '-n, --count <n>',
      'how many answers; from two on, their mean and spread as pictures too',
      whole({ max: 10_000 }),
      4,
    )
    .option('-o, --out <file>', '.png, .jpg, .webp: a grid, and FILE-mean, FILE-std beside it; .npy: the values')
    .option('--columns <n>', 'pictures in a row of the grid', whole())
    .option('--force', 'write over files that exist')
    .optionsGroup('General:')
    .option('--batch <n>', 'answers at a time (default: 16)', whole())
  withSeed(restore)
  withEngine(restore)
  withExamples(restore, [
    [
      'tweedie restore runs/mine hole.png --task inpaint --mask hole-mask.png -o filled.png',
      'fill in what is white in the mask',
    ],
    ['tweedie restore runs/mine small.png --task super-resolution --factor 4 -n 8 -o large.png', 'eight answers'],
    ['tweedie restore runs/mine soft.png --task deblur --kernel gaussian:1.5 --sigma 0.05', 'sharpen'],
    ['tweedie restore runs/mine noisy.png --task denoise --sigma 0.2 -o clean.png', 'remove noise'],
    ['tweedie restore runs/mine grey.png --task colorize -o colour.png', 'colour, by a model of colour pictures'],
    ['tweedie restore runs/mine clean.png --task deblur --kernel motion:5,45 --simulate', 'try what it can do'],
  ])
  return restore.action(async (model: string, picture: string, options: RestoreCommandOptions) => {
    const { runRestore } = await import('./restore-run.ts')
    await runRestore(model, picture, options)
  })
}
