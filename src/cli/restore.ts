/** `tweedie restore`: draws clean pictures that fit a damaged one, or the gaps of a table. */
import type { Command } from 'commander'
import type { OwnParts } from '../families/family.ts'
import { options, type OptionValues, whole } from '../options.ts'
import { drawCommand, outputOptions } from './draw-command.ts'
import { eachOptions, shardOptions } from './shard-options.ts'

/** What models of all families take. */
const general = options({
  count: {
    flags: '-n, --count <n>',
    help: 'how many answers (default: 4, of tables and of each picture of a folder 1); from two on, of pictures their mean and spread too',
    parse: whole({ max: 10_000 }),
    group: 'Output',
  },
  out: {
    ...outputOptions.out,
    help: '.png, .jpg, .webp: a grid, and FILE-mean, FILE-std beside it; .csv: a table; .npy: the values; a folder: one file each',
    group: 'Output',
  },
  force: { ...outputOptions.force, group: 'Output' },
  ...shardOptions,
  ...eachOptions,
})

/** The command. */
export function restoreCommand(own: OwnParts = {}): Command {
  const restore = drawCommand(
    'restore',
    'repair a damaged picture with a model: fill in, sharpen, enlarge, colour; or fill the gaps of a table',
    {
      args: [
        ['<model>', "a model's folder"],
        ['<item>', 'the damaged picture (with --simulate a clean one) or a folder of them, or a table with gaps'],
      ],
      general,
      own,
      examples: [
        [
          'tweedie restore runs/mine hole.png --task inpaint --mask hole-mask.png -o filled.png',
          'fill in the white part of the mask',
        ],
        ['tweedie restore runs/mine photo.jpg --task inpaint --mask mask.png --fit cover', 'a photo of another size'],
        ['tweedie restore runs/mine small.png --task super-resolution --factor 4 -n 8 -o large.png', 'eight answers'],
        ['tweedie restore runs/mine soft.png --task deblur --kernel gaussian:1.5 --sigma 0.05', 'sharpen'],
        ['tweedie restore runs/mine noisy.png --task denoise --sigma 0.2 -o clean.png', 'remove noise'],
        ['tweedie restore runs/mine grey.png --task colorize -o colour.png', 'colour, by a model of colour pictures'],
        ['tweedie restore runs/solids part.ply -n 4 -o whole.png', 'the rest of a shape, by a model of clouds'],
        ['tweedie restore runs/mine damaged/ --task inpaint --mask masks/ -o mended/', 'every picture of a folder'],
        ['tweedie restore runs/mine clean.png --task deblur --kernel motion:5,45 --simulate', 'try what it can do'],
        [
          'tweedie restore runs/mine hole.png --task inpaint --mask mask.png -n 512 -o all.npy --shard 3/8',
          'one of eight processes; then tweedie merge',
        ],
        ['tweedie restore runs/table gaps.csv -n 5 -o filled.csv', 'the gaps of a table, drawn five times'],
      ],
    },
  )
  return restore.action((place: string, item: string, values: OptionValues) => run(place, item, values, own))
}

async function run(place: string, item: string, values: OptionValues, own: OwnParts): Promise<void> {
  const [{ restoreTo }, { restoreEach }, { runDraw }] = await Promise.all([
    import('../app/node/make.ts'),
    import('../app/node/each-item.ts'),
    import('./run-draw.ts'),
  ])
  await runDraw('restore', place, values, {
    what: 'the restoration',
    noun: 'answers',
    general,
    own,
    input: item,
    each: restoreEach,
    work: (opened, request) => restoreTo(opened, item, values, request),
  })
}
