/** Whether text encoders, their tokenisers and a network fit together. */
import { pooledName } from '../../compiled/prompts/text-condition.ts'
import { contextName, type WordEncoder } from '../../compiled/words.ts'
import type { Network } from '../../engine/nn/network.ts'
import { contextSpec } from '../../engine/nn/text-context.ts'
import { TweedieError } from '../../errors.ts'

/** The conditions of a network that text encoders make. */
export function textVectors({ conditions }: Pick<Network, 'conditions'>): readonly string[] {
  return [contextName, pooledName].filter((name) => Object.hasOwn(conditions, name))
}

/** @throws TweedieError `model` that says which two do not fit */
export function requireFitting(
  network: Network,
  encoders: readonly Pick<WordEncoder, 'encoder' | 'tokenizer'>[],
): void {
  const context = network.conditions[contextName]
  if (context?.kind !== 'sequence') {
    throw new TweedieError('model', `a ${network.className} of this configuration takes no words`, {
      hint: 'it needs the condition context, a sequence: UNet2DConditionModel has it',
    })
  }
  const { length, size, nothing: masked = false } = contextSpec(encoders.map(({ encoder }) => encoder))
  if (context.length !== length || context.size !== size || (context.nothing ?? false) !== masked) {
    const says = (places: number, of: number, flags: boolean): string =>
      `${places} vectors of ${of}${flags ? ' that say whether they are there' : ''}`
    const names = encoders.map(({ encoder }) => encoder.className).join(' and the ')
    throw new TweedieError(
      'model',
      `the ${names} ${encoders.length > 1 ? 'make' : 'makes'} ${says(length, size, masked)}, and the network takes ${says(context.length, context.size, context.nothing ?? false)}`,
    )
  }
  const whole = network.conditions[pooledName]
  const { className: last, pooledWidth } = encoders.at(-1)!.encoder
  if (whole?.kind === 'vector' && whole.size !== pooledWidth) {
    throw new TweedieError(
      'model',
      `the ${last} makes ${pooledWidth === undefined ? 'no vector' : `one of ${pooledWidth} numbers`} of a whole text, and the network takes one of ${whole.size}`,
    )
  }
  for (const { encoder, tokenizer } of encoders) {
    const { className, vocabulary } = encoder
    if (tokenizer.vocabulary <= vocabulary && tokenizer.length === length) continue
    throw new TweedieError(
      'model',
      `the tokeniser has ${tokenizer.vocabulary} tokens and ${tokenizer.length} places, the ${className} ${vocabulary} and ${length}`,
    )
  }
}
