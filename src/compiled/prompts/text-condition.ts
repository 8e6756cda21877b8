/** A prompt as numbers, and several as the conditions of a network. */
import type { Conditions } from '../../diffusion/denoise/denoiser.ts'
import {
  type ConditionSpec,
  type ConditionSpecs,
  conditionShape,
  writeCondition,
} from '../../engine/nn/condition-spec.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import { joinFloats } from '../../join-bytes.ts'
import { TweedieError } from '../../errors.ts'
import type { CaptionPiece } from '../../files/text/caption-tokenizer.ts'
import { contextName } from '../words.ts'

/** A prompt as numbers. */
export interface TextCondition {
  /** The places, those of all chunks. */
  readonly length: number
  /** Numbers of a place's vector. */
  readonly size: number
  /** `[length, size]`. */
  readonly values: Float32Array
  /** `[length]`: 1 where there is something, 0 where there is nothing. */
  readonly flags: Float32Array
  /** The vector of the whole text, that of the last encoder, if it has one. */
  readonly pooled?: Float32Array | undefined
  /** The piece of the text that stands at each place, by the first encoder's tokeniser. */
  readonly places: readonly (CaptionPiece | undefined)[]
}

/** The condition that holds the vector of the whole text. */
export const pooledName = 'text_embeds'

/**
 * The conditions of `count` items from prompts, which are taken in turn: `context`, and `text_embeds` where the network has it.
 *
 * @throws TweedieError `shape` if the network takes vectors of another size, or another number of places
 * @example
 * const conditions = promptConditions(model.network.conditions, encoded.prompts, 4)
 * const [negative] = (await encoder.encode(['blurry'])).prompts
 * const nothing = promptConditions(model.network.conditions, [negative!], 1) // for classifierFree(denoiser, { scale: 7.5, nothing })
 */
export function promptConditions(specs: ConditionSpecs, prompts: readonly TextCondition[], count: number): Conditions {
  const context = specs[contextName]
  if (context?.kind !== 'sequence') {
    throw new TweedieError('usage', 'the network takes no text', {
      hint: `its conditions are ${Object.keys(specs).join(', ') || 'none'}`,
    })
  }
  const pooled = specs[pooledName]
  const each = <T>(make: (prompt: TextCondition) => T): readonly T[] => {
    const made = prompts.map(make)
    return Array.from({ length: count }, (_, i) => made[i % made.length]!)
  }
  return {
    [contextName]: joinFloats(each((prompt) => contextArray(context, prompt))),
    ...(pooled?.kind === 'vector' && { [pooledName]: joinFloats(each((prompt) => pooledArray(pooled, prompt))) }),
  }
}

function contextArray(spec: Extract<ConditionSpec, { kind: 'sequence' }>, prompt: TextCondition): Float32Array {
  const { length, size, values, flags } = prompt
  if (size !== spec.size) {
    throw new TweedieError('shape', `a place of the text has ${size} numbers, the network takes ${spec.size}`, {
      hint: 'text encoder and network belong to different models',
    })
  }
  if (length > spec.length || (length < spec.length && !spec.nothing)) {
    throw new TweedieError('shape', `the text has ${length} places, the network takes ${spec.length}`, {
      hint:
        length > spec.length
          ? 'long prompts are cut with `longPrompts: cut`'
          : 'text encoder and network belong to different models',
    })
  }
  const width = size + Number(spec.nothing ?? false)
  const out = new Float32Array(spec.length * width)
  for (let place = 0; place < length; place++) {
    out.set(values.subarray(place * size, (place + 1) * size), place * width)
    if (spec.nothing) out[place * width + size] = flags[place]!
  }
  return out
}

function pooledArray(spec: Extract<ConditionSpec, { kind: 'vector' }>, { pooled, flags }: TextCondition): Float32Array {
  if (pooled?.length !== spec.size) {
    throw new TweedieError(
      'shape',
      `the whole text has ${pooled ? `${pooled.length} numbers` : 'no vector'}, the network takes ${spec.size}`,
      {
        hint: 'text encoder and network belong to different models',
      },
    )
  }
  const out = new Float32Array(sizeOf(conditionShape(spec)))
  if (!spec.nothing || flags.some((flag) => flag > 0)) writeCondition(spec, pooled, 0, out)
  return out
}
