/** `tweedie encode` and `tweedie decode`: items as latents, and latents as items. */
import type { Command } from 'commander'
import type { OwnParts } from '../families/family.ts'
import { familiesOf } from '../families/registry.ts'
import { options, type OptionTable, type OptionValues } from '../options.ts'
import { familyTables } from './derive.ts'
import { drawCommand, type DrawShape, outputOptions } from './draw-command.ts'

const encoding = options({
  ...outputOptions,
  out: { ...outputOptions.out, help: 'an .npy file for the latents' },
})

/** `tweedie encode MODEL ITEM`. */
export function encodeCommand(own: OwnParts = {}): Command {
  return walkCommand('encode', 'turn pictures or other items into latents', {
    general: encoding,
    own,
    item: ['<items>', 'a picture, or an .npy file of items'],
    examples: [
      ['tweedie encode runs/mine face.png -o face.npy', 'a picture as a latent'],
      ['tweedie encode runs/mine samples.npy -o latents.npy', 'many items at once'],
    ],
  })
}

/** `tweedie decode MODEL LATENTS`. */
export function decodeCommand(own: OwnParts = {}): Command {
  return walkCommand('decode', 'turn latents into pictures or other items', {
    general: outputOptions,
    own,
    item: ['<latents>', "an .npy file, as 'tweedie encode' writes it"],
    examples: [['tweedie decode runs/mine face.npy -o face.png', 'a latent as a picture']],
  })
}

/** A command with those options of `sample` that go with the walk. */
function walkCommand(
  walk: 'encode' | 'decode',
  summary: string,
  {
    item,
    ...shape
  }: Omit<DrawShape, 'args' | 'without'> & { readonly item: readonly [argument: string, help: string] },
): Command {
  const { general, own } = shape
  const idle = new Set(['encode', 'decode'])
  for (const table of familyTables('sample', familiesOf(own))) {
    for (const name of table[walk]?.conflicts ?? []) idle.add(name)
  }
  const args = [['<model>', "a model's folder"], item] as const
  const made = drawCommand('sample', summary, { ...shape, args, without: idle }).name(walk)
  return made.action((place: string, name: string, values: OptionValues) =>
    runWalk(walk, place, { ...values, [walk]: name }, general, own),
  )
}

async function runWalk(
  walk: 'encode' | 'decode',
  place: string,
  values: OptionValues,
  general: OptionTable,
  own: OwnParts,
): Promise<void> {
  const [{ sampleTo }, { runDraw }] = await Promise.all([import('../app/node/make.ts'), import('./run-draw.ts')])
  await runDraw('sample', place, values, {
    what: walk === 'encode' ? 'encoding' : 'decoding',
    noun: walk === 'encode' ? 'latents' : 'items',
    general,
    own,
    work: (opened, request) => sampleTo(opened, values, request),
  })
}
