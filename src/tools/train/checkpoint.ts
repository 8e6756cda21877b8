/**
 * Checkpoints: a training state and its specification as one safetensors file, complete enough to continue exactly. Tensors have
 * names: `params/<part>/<name>`, `average/<part>/<name>`, `optimizer.<slot>/<part>/<name>`, and where they are kept `best/<part>/<name>`. A
 * checksum over all bytes finds damage.
 */
import { TweedieError } from '../../errors.ts'
import { writeSafetensors } from '../../files/io/safetensors.ts'
import type { SafeTensorInput } from '../../files/io/safetensors.ts'
import { noChecksum, sealed } from './checkpoint-seal.ts'
import type { PartTensor } from './parts.ts'
import type { TrainState } from './problem.ts'
import type { BaseSpec } from './spec.ts'

/** The content of a checkpoint. */
export interface Checkpoint<Spec extends BaseSpec = BaseSpec> {
  readonly spec: Spec
  readonly state: TrainState
  /**
   * The parameters one after the other, as they lie in the state's arrays; missing in older files, which had no names.
   */
  readonly tensors?: readonly PartTensor[] | undefined
  /** The averaged weights that were best on held-out items, where they are kept. */
  readonly best?: Float32Array | undefined
  /** Checksums of the parts that are frozen, by name. */
  readonly frozen?: Readonly<Record<string, string>> | undefined
  /** The name of the optimiser whose state it is; missing in older files, which had AdamW only. */
  readonly optimizer?: string | undefined
  /** Other state of the run, as JSON: the session, the planned number of steps, … */
  readonly run: Readonly<Record<string, unknown>>
}

/** The format, as a checkpoint names it. */
export const format = 'tweedie-checkpoint-2'

/**
 * The bytes of a checkpoint.
 *
 * @throws TweedieError `usage` for one without names, as in older files
 */
export function encodeCheckpoint({
  spec,
  state,
  tensors,
  best,
  frozen,
  optimizer,
  run,
}: Checkpoint): Uint8Array<ArrayBuffer> {
  if (tensors === undefined) {
    throw new TweedieError('usage', 'a checkpoint without the names of its tensors cannot be written', {
      hint: 'continue its run: the next checkpoint has them',
    })
  }
  const arrays = new Map<string, SafeTensorInput>()
  const sections = [...sectionsOf(state), ...(best ? [['best', best] as const] : [])]
  for (const [section, flat] of sections) {
    let from = 0
    for (const { part, name, shape } of tensors) {
      const to = from + shape.reduce((size, each) => size * each, 1)
      arrays.set(`${section}/${part}/${name}`, { shape, data: flat.subarray(from, to) })
      from = to
    }
  }
  const bytes = writeSafetensors(arrays, {
    format,
    checksum: noChecksum,
    step: String(state.step),
    'optimizer.step': String(state.optimizer.step),
    ...(optimizer !== undefined && { 'optimizer.name': optimizer }),
    ...(best && { best: 'kept' }),
    slots: JSON.stringify(Object.keys(state.optimizer.slots)),
    tensors: JSON.stringify(tensors),
    ...(frozen !== undefined && { frozen: JSON.stringify(frozen) }),
    spec: JSON.stringify(spec),
    run: JSON.stringify(run),
  })
  return sealed(bytes)
}

/** The arrays of a state, by the first word of their tensors' names. */
function sectionsOf({ params, average, optimizer }: TrainState): readonly (readonly [string, Float32Array])[] {
  const slots = Object.entries(optimizer.slots).map(([slot, data]) => [`optimizer.${slot}`, data] as const)
  return [['params', params], ['average', average], ...slots]
}
