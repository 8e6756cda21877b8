/** The reference models of `../shared/golden`: made with PyTorch and diffusers' names. Absent outside the workshop. */
import { existsSync, readFileSync } from 'node:fs'

const root = '../shared/golden'

export const goldenExists: boolean = existsSync(`${root}/ddpm-rgb16/unet/config.json`)

export interface GoldenTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export function goldenConfig(model: string): any {
  return JSON.parse(readFileSync(`${root}/${model}/unet/config.json`, 'utf8'))
}

/** The tensors of a safetensors file: 8 bytes of length, a JSON header, the data. Integers become floats. */
export function goldenTensors(model: string, file: string): Map<string, GoldenTensor> {
  const bytes = readFileSync(`${root}/${model}/${file}`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, any>
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [start, end],
          },
        ]) => {
          const raw = new Uint8Array(bytes.subarray(8 + length + start, 8 + length + end)).buffer
          const data =
            dtype === 'I64' ? Float32Array.from(new BigInt64Array(raw), Number) : Float32Array.from(view(dtype, raw))
          return [name, { dtype, shape, data }]
        },
      ),
  )
}

function view(dtype: string, raw: ArrayBuffer): Float32Array | Float64Array | Int32Array {
  if (dtype === 'F32') return new Float32Array(raw)
  return dtype === 'F64' ? new Float64Array(raw) : new Int32Array(raw)
}
