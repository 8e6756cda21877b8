/** Checkpoints: a training state and its specification as one safetensors file, complete enough to continue exactly. */
import { TweedieError } from '../../errors.ts'
import { readSafetensors, toFloat32, writeSafetensors } from '../../files/io/safetensors.ts'
import type { BaseSpec } from './spec.ts'
import type { TrainState } from './problem.ts'

/** What a checkpoint holds. */
export interface Checkpoint<Spec extends BaseSpec = BaseSpec> {
  readonly spec: Spec
  readonly state: TrainState
  /** What else the run wants to remember, as JSON: the data's path, the planned number of steps, … */
  readonly run: Readonly<Record<string, unknown>>
}

const format = 'tweedie-checkpoint-1'

/** The bytes of a checkpoint. */
export function encodeCheckpoint({ spec, state, run }: Checkpoint): Uint8Array {
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>([
    ['params', { shape: [state.params.length], data: state.params }],
    ['average', { shape: [state.average.length], data: state.average }],
  ])
  for (const [name, data] of Object.entries(state.optimizer.slots)) {
    tensors.set(`optimizer.${name}`, { shape: [data.length], data })
  }
  return writeSafetensors(tensors, {
    format,
    step: String(state.step),
    'optimizer.step': String(state.optimizer.step),
    spec: JSON.stringify(spec),
    run: JSON.stringify(run),
  })
}

/**
 * Reads a checkpoint.
 *
 * @throws TweedieError `model` if it is none, or broken
 */
export function decodeCheckpoint(bytes: Uint8Array, source = 'checkpoint'): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes, source)
  if (metadata?.format !== format) throw new TweedieError('model', `${source}: not a checkpoint of tweedie`)
  const array = (name: string): Float32Array => {
    const tensor = tensors.get(name)
    if (tensor === undefined) throw new TweedieError('model', `${source}: ${name} is missing`)
    return toFloat32(tensor).slice()
  }
  const parse = (field: string): unknown => {
    try {
      return JSON.parse(metadata[field] ?? '')
    } catch (cause) {
      throw new TweedieError('model', `${source}: its ${field} is not JSON`, { cause })
    }
  }
  const slots = [...tensors.keys()].filter((name) => name.startsWith('optimizer.'))
  return {
    spec: parse('spec') as BaseSpec,
    run: parse('run') as Record<string, unknown>,
    state: {
      step: Number(parse('step')),
      params: array('params'),
      average: array('average'),
      optimizer: {
        step: Number(parse('optimizer.step')),
        slots: Object.fromEntries(slots.map((name) => [name.slice('optimizer.'.length), array(name)])),
      },
    },
  }
}
