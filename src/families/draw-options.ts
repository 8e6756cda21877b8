/** Options of the commands that draw, shared by families. */
import { TweedieError } from '../errors.ts'
import { oneOf, options, text, whole } from '../options.ts'
import { pictureFits } from './choices.ts'
import { seedOptions } from './options.ts'

/** What every painter takes, the user's own too. */
export const drawOptions = options({
  count: { flags: '-n, --count <n>', help: 'how many (default: 16, of text 1)', parse: whole({ max: 1_000_000 }) },
  batch: {
    flags: '--batch <n>',
    help: 'items at a time; changes the memory, not the samples (default: 64, of text 16)',
    parse: whole(),
    group: 'General',
  },
  ...seedOptions,
})

/** Which classes. */
export const classOptions = options({
  class: {
    flags: '--class <names>',
    help: 'a class by name or number, several with commas, or all (default: all in turn)',
    parse: text,
  },
})

/** Other conditions, where a network has them. */
export const conditionOptions = options({
  condition: {
    flags: '--condition <name=what>',
    help: 'another condition: numbers, pose=0.5,1, or a picture, small=face.png; repeat for several',
    parse: named,
    repeated: true,
    group: 'More: sampling',
  },
})

/** How pictures of several items are laid out. */
export const gridOptions = options({
  columns: { flags: '--columns <n>', help: 'pictures in a row of the grid', parse: whole() },
  scale: { flags: '--scale <n>', help: 'enlarge pictures by a whole number', parse: whole({ max: 64 }) },
})

/** The length of texts and videos. */
export const lengthOptions = options({
  length: {
    flags: '--length <n>',
    help: 'of text: how many tokens; of videos: how many frames; of fields: how many states (default: as in training)',
    parse: whole({ max: 65_536 }),
    group: 'Models of text and other tokens',
  },
})

/** How windows of longer videos are put together. */
export const overlapOptions = options({
  overlap: {
    flags: '--overlap <n>',
    help: 'longer videos and fields: frames that neighbouring windows share, put together at every step (default: half a window; videos by a model that learned given frames: block after block)',
    parse: whole({ max: 65_536 }),
    group: 'More: sampling',
  },
})

/** How an own photograph of another size is used. */
export const fitOptions = options({
  fit: {
    flags: '--fit <how>',
    help: 'pictures of another size: cover (scale and cut), contain (scale and fill up), stretch (default: refused)',
    parse: oneOf(pictureFits),
  },
})

const latents = 'Pictures as latents, instead of noise'

/** Options that have no meaning for encode and decode. */
const idle = ['count', 'towards', 'arithmetic', 'trajectory', 'times', 'spacing', 'eta', 'churn', 'variance']

/** From items to latents, and back. */
export const walkOptions = options({
  encode: {
    flags: '--encode <picture>',
    help: 'encode a picture (or a .npy of samples) to its latent, a .npy, by ddim',
    parse: text,
    group: latents,
    conflicts: idle,
  },
  decode: {
    flags: '--decode <latent>',
    help: 'decode a latent: by the same sampler and as many steps',
    parse: text,
    group: latents,
    conflicts: ['encode', ...idle],
  },
  fit: { ...fitOptions.fit, group: latents },
})

function named(condition: string): readonly [name: string, asked: string] {
  const [, name, asked] = /^([^=]+)=(.+)$/su.exec(condition) ?? []
  if (name !== undefined && asked !== undefined) return [name, asked]
  throw new TweedieError('usage', 'It must be a name and what it shall be: pose=0.5,1.')
}
