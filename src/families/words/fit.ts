/** Whether text encoders, their tokenisers and a network fit together. */
import { pooledName } from '../../compiled/prompts/text-condition.ts'
import { contextName } from '../../compiled/words.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { TextEncoder } from '../../engine/nn/text-encoder.ts'
import { TweedieError } from '../../errors.ts'
import type { CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'

/** The conditions of a network that text encoders make. */
export function textVectors({ conditions }: Pick<Network, 'conditions'>): readonly string[] {
  return [contextName, pooledName].filter((name) => Object.hasOwn(conditions, name))
}

/** @throws TweedieError `model` that says which two do not fit */
export function requireFitting(network: Network, encoder: TextEncoder, tokenizer: CaptionTokenizer): void {
  const context = network.conditions[contextName]
  if (context?.kind !== 'sequence') {
    throw new TweedieError('model', `a ${network.className} of this configuration takes no words`, {
      hint: 'it needs the condition context, a sequence: UNet2DConditionModel has it',
    })
  }
  const { className, length, width, vocabulary, masked = false } = encoder
  const size = width - Number(masked)
  if (context.length !== length || context.size !== size || (context.nothing ?? false) !== masked) {
    const says = (places: number, of: number, flags: boolean): string =>
      `${places} vectors of ${of}${flags ? ' that say whether they are there' : ''}`
    throw new TweedieError(
      'model',
      `the ${className} makes ${says(length, size, masked)}, and the network takes ${says(context.length, context.size, context.nothing ?? false)}`,
    )
  }
  if (tokenizer.vocabulary > vocabulary || tokenizer.length !== length) {
    throw new TweedieError(
      'model',
      `the tokeniser has ${tokenizer.vocabulary} tokens and ${tokenizer.length} places, the ${className} ${vocabulary} and ${length}`,
    )
  }
}
