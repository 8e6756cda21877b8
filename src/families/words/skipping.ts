/** The words of a model by fewer layers of its text encoders. */
import type { Words } from '../../compiled/words.ts'
import { TweedieError } from '../../errors.ts'

/** Those that were made, by words: what was compiled for one is found again. */
const made = new WeakMap<Words, Map<number, Words>>()

/**
 * The same words with so many more layers left out from the end of each encoder: diffusers' `clip_skip`, and one less than what
 * Stable Diffusion's web interface calls so.
 *
 * @throws TweedieError `usage` where no layer would be left
 */
export function skipping(words: Words, layers = 0): Words {
  if (layers === 0) return words
  const short = words.encoders.find(({ encoder, skip }) => skip + layers >= layersOf(encoder))
  if (short) {
    const { name, encoder, skip } = short
    throw new TweedieError(
      'usage',
      `\`clipSkip: ${layers}\`: ${name} has ${layersOf(encoder)} layers${skip > 0 ? `, and leaves out ${skip} anyway` : ''}`,
    )
  }
  const known = made.get(words) ?? new Map<number, Words>()
  made.set(words, known)
  const other = known.get(layers) ?? {
    ...words,
    encoders: words.encoders.map((each) => ({ ...each, skip: each.skip + layers })),
  }
  known.set(layers, other)
  return other
}

function layersOf({ config }: Words['encoders'][number]['encoder']): number {
  const { num_hidden_layers: clip, num_layers: ours } = config
  return Number(clip ?? ours ?? Infinity)
}
