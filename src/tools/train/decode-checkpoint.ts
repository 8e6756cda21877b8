/** Checkpoints read. Apart from what writes them: a run that begins reads none. */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { parseConfig } from '../../files/io/parse-config.ts'
import { readSafetensors } from '../../files/io/safetensors.ts'
import { type Checkpoint, format } from './checkpoint.ts'
import { readFirstFormat } from './checkpoint-1.ts'
import { checksumOf } from './checkpoint-seal.ts'
import { parseBaseSpec } from './parse-base-spec.ts'
import type { BaseSpec } from './spec.ts'

/** How to read a checkpoint. */
export interface DecodeOptions<Spec extends BaseSpec> {
  /** Checks the specification: a family's own schema. By default only what all specifications have is checked. */
  readonly parseSpec?: ((value: unknown, source: string) => Spec) | undefined
}

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
  best: z.optional(z.string()),
  slots: z.pipe(json, z.array(z.string())),
  tensors: z.pipe(json, z.array(tensor).check(z.minLength(1))),
  frozen: z.optional(z.pipe(json, z.record(z.string(), z.string()))),
  spec: json,
  run: z.pipe(json, z.record(z.string(), z.unknown())),
})

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
  const kept = read.best === undefined ? [] : ['best']
  const sections = ['params', 'average', ...slots.map((slot) => `optimizer.${slot}`), ...kept]
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
    ...(kept.length > 0 && { best: flat('best') }),
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

function damaged(source: string, what: string): TweedieError {
  return new TweedieError('model', `${source}: ${what}`, {
    hint: 'the file is damaged: fetch a copy of it, or train from the start',
  })
}
