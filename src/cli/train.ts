/** `tweedie train`: from data to a model in a folder. */
import type { Command } from 'commander'
import { cacheOptions, dataOptions } from '../files/data/options.ts'
import { adaptOptions, priorOptions } from '../app/adapt-options.ts'
import { runOptions } from '../app/run-options.ts'
import { readOptions } from '../app/open-options.ts'
import { modelOption } from '../app/train-options.ts'
import type { OwnParts } from '../families/family.ts'
import { engineOptions } from '../families/options.ts'
import { sharedTrainOptions } from '../families/train-options.ts'
import { familiesOf } from '../families/registry.ts'
import { type OptionValues, options, text, whole } from '../options.ts'
import { command } from './common.ts'
import { familyTables } from './derive.ts'

const out = options({
  out: { flags: '-o, --out <folder>', help: 'folder for the model, checkpoints and log', parse: text },
})

const run = options({
  resume: { flags: '--resume', help: 'continue the run in --out', group: 'Run' },
  force: { flags: '--force', help: 'start over in a folder that is not empty', group: 'Run' },
  ranks: {
    flags: '--ranks <n>',
    help: 'threads that share every batch, each with --threads of its own; for several machines: mpirun (default: 1)',
    parse: whole({ max: 256 }),
    group: 'Run',
  },
  dryRun: { flags: '--dry-run', help: 'only print what would be done, after a few timed steps', group: 'Run' },
})

/** The command. */
export function trainCommand(own: OwnParts = {}): Command {
  const families = familyTables('train', familiesOf(own))
  const { minutes, steps, epochs } = sharedTrainOptions
  const tables = [
    out,
    { minutes, steps, epochs },
    dataOptions,
    sharedTrainOptions,
    ...families,
    modelOption,
    adaptOptions,
    priorOptions,
    cacheOptions,
  ]
  const train = command('train', 'train a model on images, points or text', {
    args: [['[data]', 'a folder of images (sub-folders are classes), a data file, a text, or a built-in set']],
    tables: [...tables, run, runOptions, readOptions, engineOptions],
    examples: [
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
    ],
  })
  return train.action(async (data: string | undefined, values: OptionValues) => {
    const { runTrain } = await import('./train-run.ts')
    await runTrain(data, values, own)
  })
}
