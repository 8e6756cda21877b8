/** Checkpoints of the first format: flat arrays without names, and no checksum. They are read, and no longer written. */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { parseConfig } from '../../files/io/parse-config.ts'
import { type SafeTensor, toFloat32 } from '../../files/io/safetensors.ts'
import type { TrainState } from './problem.ts'
import type { BaseSpec } from './spec.ts'

const schema = z.object({
  step: z.int().check(z.minimum(0)),
  'optimizer.step': z.int().check(z.minimum(0)),
  spec: z.unknown(),
  run: z.record(z.string(), z.unknown()),
})

/** The checkpoint in such a file's tensors and metadata. */
export function readFirstFormat<Spec extends BaseSpec>(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>>,
  source: string,
  parseSpec: (value: unknown, source: string) => Spec,
): { spec: Spec; run: Readonly<Record<string, unknown>>; state: TrainState } {
  const fields = ['step', 'optimizer.step', 'spec', 'run'].map((field) => [field, parse(metadata, field, source)])
  const read = parseConfig(schema, Object.fromEntries(fields), source)
  const size = tensors.get('params')?.data.length
  const array = (name: string): Float32Array => {
    const tensor = tensors.get(name)
    if (tensor === undefined) throw new TweedieError('model', `${source}: ${name} is missing`)
    if (tensor.data.length === size) return toFloat32(tensor).slice()
    throw new TweedieError('model', `${source}: ${name} has ${tensor.data.length} numbers, and params ${size}`)
  }
  const slots = [...tensors.keys()].filter((name) => name.startsWith('optimizer.'))
  return {
    spec: parseSpec(read.spec, `${source}: spec`),
    run: read.run,
    state: {
      step: read.step,
      params: array('params'),
      average: array('average'),
      optimizer: {
        step: read['optimizer.step'],
        slots: Object.fromEntries(slots.map((name) => [name.slice('optimizer.'.length), array(name)])),
      },
    },
  }
}

function parse(metadata: Readonly<Record<string, string>>, field: string, source: string): unknown {
  try {
    return JSON.parse(metadata[field] ?? '')
  } catch (cause) {
    throw new TweedieError('model', `${source}: its ${field} is not JSON`, { cause })
  }
}
