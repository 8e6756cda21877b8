/**
 * Checkpoints: a training state and its specification as one safetensors file, complete enough to continue exactly. Tensors have
 * names: `params/<part>/<name>`, `average/<part>/<name>`, `optimizer.<slot>/<part>/<name>`. A checksum over all bytes finds damage.
 */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { parseConfig } from '../../files/io/parse-config.ts'
import { readSafetensors, writeSafetensors } from '../../files/io/safetensors.ts'
import type { SafeTensorInput } from '../../files/io/safetensors.ts'
import { readFirstFormat } from './checkpoint-1.ts'
import { checksumOf, noChecksum, sealed } from './checkpoint-seal.ts'
import type { PartTensor } from './parts.ts'
import type { TrainState } from './problem.ts'
import { type BaseSpec, parseBaseSpec } from './spec.ts'

/** The content of a checkpoint. */
export interface Checkpoint<Spec extends BaseSpec = BaseSpec> {
  readonly spec: Spec
  readonly state: TrainState
  /**
   * The parameters one after the other, as they lie in the state's arrays; missing in older files, which had no names.
   */
  readonly tensors?: readonly PartTensor[] | undefined
  /** Checksums of the parts that are frozen, by name. */
  readonly frozen?: Readonly<Record<string, string>> | undefined
  /** The name of the optimiser whose state it is; missing in older files, which had AdamW only. */
  readonly optimizer?: string | undefined
  /** Other state of the run, as JSON: the session, the planned number of steps, … */
  readonly run: Readonly<Record<string, unknown>>
}

/** How to read a checkpoint. */
export interface DecodeOptions<Spec extends BaseSpec> {
  /** Checks the specification: a family's own schema. By default only what all specifications have is checked. */
  readonly parseSpec?: ((value: unknown, source: string) => Spec) | undefined
}

const format = 'tweedie-checkpoint-2'

const json = z.pipe(
  z.string(),
  z.transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.issues.push({ code: 'custom', message: 'must be JSON', input: text })
      return z.NEVER
    }
  }),
)
const count = z.pipe(json, z.int().check(z.minimum(0)))
const tensor = z.object({ part: z.string(), name: z.string(), shape: z.array(z.int().check(z.minimum(0))) })

const schema = z.object({
  step: count,
  'optimizer.step': count,
  'optimizer.name': z.optional(z.string()),
  slots: z.pipe(json, z.array(z.string())),
  tensors: z.pipe(json, z.array(tensor).check(z.minLength(1))),
  frozen: z.optional(z.pipe(json, z.record(z.string(), z.string()))),
  spec: json,
  run: z.pipe(json, z.record(z.string(), z.unknown())),
})

/**
 * The bytes of a checkpoint.
 *
 * @throws TweedieError `usage` for one without names, as in older files
 */
export function encodeCheckpoint({
  spec,
  state,
  tensors,
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
  for (const [section, flat] of sectionsOf(state)) {
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
    slots: JSON.stringify(Object.keys(state.optimizer.slots)),
    tensors: JSON.stringify(tensors),
    ...(frozen !== undefined && { frozen: JSON.stringify(frozen) }),
    spec: JSON.stringify(spec),
    run: JSON.stringify(run),
  })
  return sealed(bytes)
}

/**
 * Reads a checkpoint, of this format or of the first one.
 *
 * @throws TweedieError `model` if it is not a checkpoint, or damaged in any way
 * @example
 * const { state, spec } = decodeCheckpoint(await readFile('runs/mine/checkpoint.safetensors'))
 */
export function decodeCheckpoint<Spec extends BaseSpec = BaseSpec>(
  bytes: Uint8Array,
  source = 'checkpoint',
  { parseSpec = parseBaseSpec as (value: unknown, source: string) => Spec }: DecodeOptions<Spec> = {},
): Checkpoint<Spec> {
  const { tensors: stored, metadata } = readSafetensors(bytes, source)
  if (metadata.format === 'tweedie-checkpoint-1') return readFirstFormat(stored, metadata, source, parseSpec)
  if (metadata.format !== format) {
    throw new TweedieError('model', `${source}: not a checkpoint of this tweedie`, {
      hint: 'was it written by a newer one?',
    })
  }
  const sum = checksumOf(bytes)
  if (metadata.checksum !== sum) {
    throw damaged(source, `its checksum is ${sum}, and it says ${metadata.checksum ?? 'none'}`)
  }
  const read = parseConfig(schema, metadata, source)
  const { tensors, slots } = read
  const size = tensors.reduce((sum, { shape }) => sum + shape.reduce((all, each) => all * each, 1), 0)
  const sections = ['params', 'average', ...slots.map((slot) => `optimizer.${slot}`)]
  if (stored.size !== sections.length * tensors.length || size * sections.length * 4 > bytes.length) {
    throw damaged(source, `${stored.size} tensors, expected ${sections.length * tensors.length}`)
  }
  const flat = (section: string): Float32Array => {
    const array = new Float32Array(size)
    let at = 0
    for (const { part, name, shape } of tensors) {
      const found = stored.get(`${section}/${part}/${name}`)
      if (!(found?.data instanceof Float32Array) || found.shape.join() !== shape.join()) {
        const got = found === undefined ? 'missing' : `${found.dtype} [${found.shape.join(', ')}]`
        throw damaged(source, `${section}/${part}/${name} is ${got}, expected F32 [${shape.join(', ')}]`)
      }
      array.set(found.data, at)
      at += found.data.length
    }
    return array
  }
  return {
    spec: parseSpec(read.spec, `${source}: spec`),
    run: read.run,
    tensors,
    frozen: read.frozen,
    optimizer: read['optimizer.name'],
    state: {
      step: read.step,
      params: flat('params'),
      average: flat('average'),
      optimizer: {
        step: read['optimizer.step'],
        slots: Object.fromEntries(slots.map((slot) => [slot, flat(`optimizer.${slot}`)])),
      },
    },
  }
}

/** The arrays of a state, by the first word of their tensors' names. */
function sectionsOf({ params, average, optimizer }: TrainState): readonly (readonly [string, Float32Array])[] {
  const slots = Object.entries(optimizer.slots).map(([slot, data]) => [`optimizer.${slot}`, data] as const)
  return [['params', params], ['average', average], ...slots]
}

function damaged(source: string, what: string): TweedieError {
  return new TweedieError('model', `${source}: ${what}`, {
    hint: 'the file is damaged: fetch a copy of it, or train from the start',
  })
}
