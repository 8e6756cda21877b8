/** `tweedie sample`: draws from a model. */
import type { Command } from 'commander'
import { drawOptions } from '../families/draw-options.ts'
import type { OwnParts } from '../families/family.ts'
import { options, type OptionValues, text } from '../options.ts'
import { drawCommand, outputOptions } from './draw-command.ts'
import { shardOptions } from './shard-options.ts'

/** What models of all families take. */
const general = options({
  count: drawOptions.count,
  ...outputOptions,
  ...shardOptions,
  trajectory: {
    flags: '--trajectory <file>',
    help: 'a .gif or .webp of the steps from noise to samples; of text a .txt',
    parse: text,
  },
})

/** The command. */
export function sampleCommand(own: OwnParts = {}): Command {
  const sample = drawCommand('sample', 'draw samples from a model', {
    args: [['<model>', "a model's folder"]],
    general,
    own,
    examples: [
      ['tweedie sample runs/mine', 'sixteen samples in the terminal'],
      ['tweedie sample runs/mine -n 64 --out grid.png', 'a grid'],
      ['tweedie sample runs/mine -n 20 --class cat,dog --out pets.png --scale 4', 'of these classes in turn, enlarged'],
      ['tweedie sample runs/mine --class cat --guidance 2 -o cats.png', 'surer cats: w = 2 (a scale of 3 elsewhere)'],
      ['tweedie sample runs/mine --sampler ddim --eta 1 --steps 50 -o x.png', 'another sampler'],
      ['tweedie sample runs/mine --sampler heun --churn 40 --spacing karras -o x.png', "EDM's stochastic sampler"],
      ['tweedie sample runs/mine -n 1000 --out samples/', 'a thousand files'],
      ['tweedie sample runs/mine -n 1000 --out samples.npy', 'values, float32'],
      ['tweedie sample runs/mine -n 1000 --out samples/ --arithmetic int8', 'in about half the time'],
      ['tweedie sample runs/mine -n 4096 -o all.npy --shard 3/8', 'one of eight processes; then tweedie merge'],
      ['tweedie sample runs/table -n 1000 --out rows.csv', 'rows of a table'],
      ['tweedie sample runs/mine --encode face.png -o face.npy', 'a picture as a latent …'],
      ['tweedie sample runs/mine --decode face.npy -o again.png', '… and as a picture again'],
      ['tweedie sample runs/mine --trajectory way.gif', 'watch it happen'],
      ['tweedie sample runs/text --length 500 -o text.txt', 'text, longer than in training'],
      ["tweedie sample runs/text --infill 'To be, [MASK:20] question'", 'what belongs in between?'],
      ["tweedie sample runs/lm --clamp --require 'love@5'", 'text by diffusion-lm, with a word where you want it'],
    ],
  })
  return sample.action((place: string, values: OptionValues) => runSample(place, values, own))
}

/** Draws, shows and writes. */
export async function runSample(place: string, values: OptionValues, own: OwnParts = {}): Promise<void> {
  const [{ sampleTo }, { runDraw }] = await Promise.all([import('../app/node/make.ts'), import('./run-draw.ts')])
  await runDraw('sample', place, values, {
    what: 'sampling',
    noun: values.encode === undefined ? 'samples' : 'latents',
    general,
    own,
    work: (opened, request) => sampleTo(opened, values, request),
  })
}
