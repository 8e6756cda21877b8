/** The context of lowering rules: names values, emits ONNX nodes and shares constants. */
import { hostArray } from '../../graph/dtype.ts'
import type { DType, HostArray } from '../../graph/dtype.ts'
import { sameShape, sizeOf } from '../../graph/shape.ts'
import type { GraphFile } from '../../graph/ops.ts'
import type { Shape } from '../../graph/shape.ts'
import type { StoredType } from '../../graph/stored.ts'
import { attribute, dataTypes, tensorProto } from '../proto/model.ts'
import type { AttributeValue, ModelProto, NodeProto, TensorProto } from '../proto/model.ts'

/** Where the ONNX graph will run: lowerings differ by provider. */
export type Provider = 'cpu' | 'webgpu' | 'wasm'

/** Facts about the target device. */
export interface Target {
  readonly provider: Provider
  /** Channels to a block of the CPU's blocked convolutions, where there are such (see `blocked.ts`). */
  readonly block?: number
  /** Whether convolutions multiply in eight bits where that is faster (see `int8-conv.ts`). */
  readonly int8?: boolean
  /** Which way weight gradients of convolutions are computed, whatever their shape (see `conv-weight.ts`): to compare them. */
  readonly convWeight?: 'taps' | 'shifts' | 'places' | 'blocks' | 'convolution'
}

/** Attributes of an ONNX node in short form: whole numbers, lists of them, text, or a spelt-out value. */
export type ShortAttributes = Readonly<Record<string, number | readonly number[] | string | AttributeValue>>

/** A file that a graph calls. */
export interface CalledFile {
  readonly name: string
  readonly model: ModelProto
  /** What the names of its constants begin with, which its calls share. */
  readonly prefix: string
  /** Names of the outputs of each call, by the names of its inputs. */
  readonly calls: Map<string, ReadonlyMap<string, string>>
}

/** Options of {@link Context.emit}. */
export interface EmitOptions {
  /** Operator domain, `''` by default. */
  readonly domain?: string
}

/** Collects the nodes and constants of one ONNX graph. */
export class Context {
  readonly target: Target
  readonly nodes: NodeProto[] = []
  readonly initializers: TensorProto[] = []
  readonly domains = new Set<string>([''])
  /** The files whose nodes are among {@link nodes}: the names of these begin with `prefix`. */
  readonly files = new Map<GraphFile, CalledFile>()
  /** Names in blocks of values that have one, by their plain names: see `blocks.ts`. */
  readonly blocks = new Map<string, string>()
  /**
   * Whether values stay in blocks from one operator to the next: not if gradients need most values in the plain layout
   * too.
   */
  staysInBlocks = false
  /** Weights that are kept as they are stored, by the names of their wide values. */
  readonly fed = new Set<string>()
  readonly #shared = new Map<string, string>()
  readonly #shapes = new Map<string, Shape>()
  readonly #reshaped = new Map<string, string>()
  readonly #prefix: string
  #count = 0

  /** @param prefix of all names, where graphs lie within graphs: no name of one may be one of another */
  constructor(target: Target, prefix = '') {
    this.target = target
    this.#prefix = prefix
  }

  /** A name that no other value has. */
  fresh(prefix: string): string {
    return `${this.#prefix}${prefix}_${this.#count++}`
  }

  /** Adds a node of one output and names it. Equal nodes are emitted once. */
  emit(opType: string, inputs: readonly string[], attributes: ShortAttributes = {}, options: EmitOptions = {}): string {
    return this.emitMany(opType, inputs, 1, attributes, options)[0]!
  }

  /** Adds a node of several outputs and names them. */
  emitMany(
    opType: string,
    inputs: readonly string[],
    count: number,
    attributes: ShortAttributes = {},
    { domain = '' }: EmitOptions = {},
  ): readonly string[] {
    const key = JSON.stringify([opType, domain, inputs, attributes])
    const known = this.#shared.get(key)
    if (known !== undefined) return JSON.parse(known) as string[]
    const outputs = Array.from({ length: count }, () => this.fresh(opType))
    this.domains.add(domain)
    this.nodes.push({ opType, domain, name: outputs[0]!, inputs, outputs, attributes: longAttributes(attributes) })
    this.#shared.set(key, JSON.stringify(outputs))
    return outputs
  }

  /** The wide value of a weight that is kept as it is stored. */
  widen(name: string, stored: StoredType): string {
    const wide = stored === 'float32' ? name : this.emit('Cast', [name], { to: dataTypes.float32.code })
    this.fed.add(wide)
    return wide
  }

  /** Remembers a value's shape. */
  know(name: string, shape: Shape): void {
    this.#shapes.set(name, shape)
  }

  /** The value in another shape: the value itself if it already has it, and never a view of a view. */
  reshape(name: string, shape: Shape): string {
    const whole = this.#reshaped.get(name) ?? name
    const known = this.#shapes.get(whole)
    if (known !== undefined && sameShape(known, shape)) return whole
    const view = this.emit('Reshape', [whole, this.int64(shape)])
    this.#reshaped.set(view, whole)
    return view
  }

  /** A constant of whole 64-bit numbers: shapes, axes, places. */
  int64(values: readonly number[], shape: Shape = [values.length]): string {
    return this.#constant(`int64:${shape}:${values}`, () =>
      tensorProto('', 'int64', shape, BigInt64Array.from(values, BigInt)),
    )
  }

  /** A constant of places in an axis. `name` must identify them: equal names mean equal constants. */
  places(name: string, make: () => Int32Array): string {
    return this.#constant(`places:${name}`, () => {
      const values = make()
      return tensorProto('', 'int32', [values.length], values)
    })
  }

  /** A constant of numbers by their places in it. `name` must identify it, apart from its shape. */
  table(name: string, shape: Shape, at: (place: number) => number): string {
    return this.#constant(`table:${name}:${shape}`, () => {
      const data = new Float32Array(sizeOf(shape))
      for (let place = 0; place < data.length; place++) data[place] = at(place)
      return tensorProto('', 'float32', shape, data)
    })
  }

  /** A constant of one repeated number. */
  fill(dtype: DType, value: number, shape: Shape): string {
    return this.#constant(`fill:${dtype}:${shape}:${value}`, () => {
      const data = hostArray(
        dtype,
        shape.reduce((size, dim) => size * dim, 1),
      )
      data.fill(value)
      return tensorProto('', dtype, shape, data)
    })
  }

  /** A constant of one repeated whole number of eight bits. */
  whole(dtype: 'int8' | 'uint8', value: number, shape: Shape): string {
    return this.#constant(`fill:${dtype}:${shape}:${value}`, () => {
      const data = new (dtype === 'int8' ? Int8Array : Uint8Array)(sizeOf(shape))
      return tensorProto('', dtype, shape, data.fill(value))
    })
  }

  /** A constant tensor; `name` if it is a parameter that should keep its own. */
  literal(dtype: DType, shape: Shape, data: HostArray, name?: string): string {
    if (name === undefined && data.length === 1) return this.fill(dtype, data[0]!, shape)
    const own = name ?? this.fresh('constant')
    this.initializers.push(tensorProto(own, dtype, shape, data))
    return own
  }

  #constant(key: string, make: () => TensorProto): string {
    const known = this.#shared.get(key)
    if (known !== undefined) return known
    const name = this.fresh('constant')
    this.initializers.push({ ...make(), name })
    this.#shared.set(key, name)
    return name
  }
}

function longAttributes(short: ShortAttributes): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(short).map(([name, value]) => {
      if (typeof value === 'number') return [name, attribute.int(value)]
      if (typeof value === 'string') return [name, attribute.string(value)]
      return [name, 'kind' in value ? value : attribute.ints(value)]
    }),
  )
}
