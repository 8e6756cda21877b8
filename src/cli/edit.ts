/** `tweedie edit`: changes a picture by a strength, or interpolates between two pictures. */
import type { Command } from 'commander'
import type { OwnParts } from '../families/family.ts'
import { options, type OptionValues, whole } from '../options.ts'
import { drawCommand, outputOptions } from './draw-command.ts'
import { eachOptions, shardOptions } from './shard-options.ts'

/** What models of all families take. */
const general = options({
  count: {
    flags: '-n, --count <n>',
    help: 'how many pictures (default: 4; with invert and of each picture of a folder 1; with --to 9)',
    parse: whole({ max: 10_000 }),
  },
  ...outputOptions,
  out: { ...outputOptions.out, help: '.png, .jpg, .webp: a grid; .npy: the values; a folder: one file each' },
  ...shardOptions,
  ...eachOptions,
})

/** The command. */
export function editCommand(own: OwnParts = {}): Command {
  const edit = drawCommand('edit', 'change a picture, or interpolate between two', {
    args: [
      ['<model>', "a model's folder"],
      ['<picture>', 'a picture of the size that the model makes, or with --fit of any size; or a folder of them'],
    ],
    general,
    own,
    examples: [
      ['tweedie edit runs/mine sketch.png --strength 0.5 -o better.png', 'four pictures that look like it'],
      ['tweedie edit runs/mine photo.jpg --fit cover -o better.png', 'of a photo of another size'],
      [
        'tweedie edit runs/mine three.png --method invert --from 3 --class 8 --guidance 2 -o eight.png',
        'another class',
      ],
      ['tweedie edit runs/mine a.png --to b.png -n 9 -o walk.png', 'interpolate between two pictures'],
    ],
  })
  return edit.action((place: string, picture: string, values: OptionValues) => run(place, picture, values, own))
}

async function run(place: string, picture: string, values: OptionValues, own: OwnParts): Promise<void> {
  const [{ editTo }, { editEach }, { runDraw }] = await Promise.all([
    import('../app/node/make.ts'),
    import('../app/node/each-item.ts'),
    import('./run-draw.ts'),
  ])
  await runDraw('edit', place, values, {
    what: 'the edit',
    noun: 'pictures',
    general,
    own,
    input: picture,
    each: editEach,
    work: (opened, request) => editTo(opened, picture, values, request),
  })
}
