/** The first values of parameters. */
import { fold, normal, uniform } from '../random/index.ts'
import type { Key } from '../random/index.ts'
import type { Layout } from './layout.ts'
import type { Initializer } from './parameters.ts'

/**
 * A flat array of first values; `flat`, if it is given. Every parameter draws from a stream of its own, named after it: adding a layer
 * changes no other one's values.
 *
 * @example
 * const flat = initialize(parametersOf(network), key(0))
 */
export function initialize(layout: Layout, key: Key, flat: Float32Array = new Float32Array(layout.size)): Float32Array {
  for (const { name, init } of layout.specs) fill(layout.view(flat, name), init, fold(key, name))
  return flat
}

function fill(out: Float32Array, init: Initializer, key: Key): void {
  switch (init.kind) {
    case 'zeros':
      out.fill(0)
      return
    case 'ones':
      out.fill(1)
      return
    case 'parts': {
      const size = out.length / init.values.length
      init.values.forEach((value, i) => out.fill(value, i * size, (i + 1) * size))
      return
    }
    case 'uniform':
      uniform(key, out)
      for (let i = 0; i < out.length; i++) out[i] = (2 * out[i]! - 1) * init.bound
      return
    case 'normal':
      normal(key, out)
      for (let i = 0; i < out.length; i++) out[i] = out[i]! * init.std
      return
    default:
      return init satisfies never
  }
}
