/** `tweedie edit`: changes a picture as far as a strength allows, or walks from one picture to another. */
import type { Command } from 'commander'
import { command, oneOf, real, whole, withEngine, withExamples, withSeed } from './common.ts'
import type { CommonOptions, EngineOptions } from './common.ts'

const methods = ['sdedit', 'invert'] as const

/** The options as they are typed. */
export interface EditCommandOptions extends CommonOptions, EngineOptions {
  readonly strength?: number
  readonly method: (typeof methods)[number]
  readonly class?: string
  readonly from?: string
  readonly to?: string
  readonly guidance?: number
  readonly steps?: number
  readonly count?: number
  readonly out?: string
  readonly columns?: number
  readonly seed: number
  readonly clip?: boolean
  readonly force?: boolean
}

/** The command. */
export function editCommand(): Command {
  const edit = command('edit', 'change a picture, or walk from one picture to another')
    .argument('<model>', "a model's folder")
    .argument('<picture>', 'a picture of the size that the model makes')
    .option(
      '--strength <t>',
      'how far: 0.2 hardly, 0.5 (default), 0.8 nearly all; of a walk 1',
      real({ min: 0, max: 1 }),
    )
    .option(
      '--method <name>',
      'sdedit: add noise and denoise; invert: encode and decode by DDIM',
      oneOf(methods),
      'sdedit',
    )
    .option('--class <name>', 'the class that it shall have, by name or number')
    .option('--from <class>', 'invert: the class that it has (default: that of --class)')
    .option(
      '--guidance <w>',
      'how much more the class counts: 0 (default) as learned, 1 to 4 more so',
      real({ min: -1, max: 100 }),
    )
    .option('--to <picture>', 'walk to this picture instead: -n pictures from one to the other')
    .option('-n, --count <n>', 'how many pictures (default: 4; of a walk 9)', whole({ max: 10_000 }))
    .option('--steps <n>', 'steps of the sampler, each way (default: 30)', whole({ max: 100_000 }))
    .option('-o, --out <path>', '.png, .jpg, .webp: a grid; .npy: the values; a folder: one file each')
    .option('--columns <n>', 'pictures in a row of the grid', whole())
    .option('--clip', 'clip to the range of the data on the way (default for images)')
    .option('--no-clip', 'do not')
    .option('--force', 'write over files that exist')
  withSeed(edit)
  withEngine(edit)
  withExamples(edit, [
    ['tweedie edit runs/mine sketch.png --strength 0.5 -o better.png', 'four pictures that look like it'],
    ['tweedie edit runs/mine three.png --method invert --from 3 --class 8 --guidance 2 -o eight.png', 'another class'],
    ['tweedie edit runs/mine a.png --to b.png -n 9 -o walk.png', 'what lies between two pictures'],
  ])
  return edit.action(async (model: string, picture: string, options: EditCommandOptions) => {
    const { runEdit } = await import('./edit-run.ts')
    await runEdit(model, picture, options)
  })
}
