/// <reference lib="esnext.disposable" preserve="true" />
/** Programs with a state that stays on the device. */
import type { HostArray } from '../graph/dtype.ts'
import type { Tensor } from '../graph/tensor.ts'
import { inputsOf } from '../graph/traverse.ts'
import { TweedieError } from '../../errors.ts'
import { type Arrays, type CompileOptions, describe, lowered } from './program.ts'
import { residentOf } from './resident.ts'
import type { Engine, StepOptions } from './session.ts'

/** Options of {@link compileResident}. */
export interface CompileResidentOptions extends Pick<
  CompileOptions,
  'constants' | 'device' | 'threads' | 'profile' | 'meanwhile' | 'arithmetic'
> {
  /** Which input of the next step each of these outputs feeds. */
  readonly carry: Readonly<Record<string, string>>
  /** What those inputs hold at the first step; called once, when the values are needed. */
  readonly initial: () => Arrays
  /** Whether, on an engine or a device that has no such thing, a session stands in; else the result is undefined. */
  readonly anywhere?: boolean
}

/** A compiled graph whose carried outputs feed its inputs. */
export interface ResidentProgram extends Disposable {
  readonly engine: string
  readonly device: string
  /** Runs once and carries over, unless `accept` says no: then the next step begins where this one did. */
  step(feeds: Arrays, read: Arrays, options?: StepOptions): Promise<void>
  /** The state, by the names of the inputs; into these arrays where given. */
  state(into?: Arrays): Promise<Record<string, HostArray>>
  dispose(): void
}

/**
 * Compiles named outputs into a program whose state stays on the device between steps.
 *
 * @returns undefined where the engine keeps no state on the device, unless `anywhere` is set
 * @throws TweedieError `shape` where an output and the input that it feeds differ
 * @example
 * const [x, by] = [input('x', [4]), input('by', [4])]
 * using sum = await compileResident({ next: add(x, by) }, engine, {
 *   device: 'webgpu',
 *   carry: { next: 'x' },
 *   initial: () => ({ x: new Float32Array(4) }),
 * })
 */
export async function compileResident(
  outputs: Readonly<Record<string, Tensor>>,
  engine: Engine,
  options: CompileResidentOptions,
): Promise<ResidentProgram | undefined> {
  const { carry, initial, anywhere = false, constants: _, arithmetic: __, ...session } = options
  if (!engine.createResident && !anywhere) return undefined
  const inputs = inputsOf(Object.values(outputs))
  const missing = Object.values(carry).find((name) => !inputs.has(name))
  if (missing !== undefined) throw new TweedieError('shape', `carried state: the graph has no input '${missing}'`)
  const { bytes } = await lowered(outputs, engine, options)
  const held = new Map(Object.values(carry).map((name) => [name, inputs.get(name)!] as const))
  const spec = { carry, initial: describe('input', held, initial()) }
  const resident =
    (await engine.createResident?.(bytes, spec, session)) ??
    (anywhere ? residentOf(await engine.createSession(bytes, session), spec) : undefined)
  if (resident === undefined) return undefined
  const fed = only(inputs, resident.inputs)
  const all = new Map(Object.entries(outputs))
  return {
    engine: resident.engine,
    device: resident.device,
    step: (feeds, read, stepOptions) =>
      resident.step(
        describe('input', fed, feeds),
        describe('output', named(all, Object.keys(read)), read),
        stepOptions,
      ),
    async state(into) {
      const tensors = await resident.state(into && describe('output', held, into))
      return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as HostArray]))
    },
    dispose: resident.dispose,
    [Symbol.dispose]: resident.dispose,
  }
}

function only(tensors: ReadonlyMap<string, Tensor>, kept: ReadonlyMap<string, unknown>): ReadonlyMap<string, Tensor> {
  return new Map([...tensors].filter(([name]) => kept.has(name)))
}

function named(tensors: ReadonlyMap<string, Tensor>, names: readonly string[]): ReadonlyMap<string, Tensor> {
  return new Map(
    names.map((name) => {
      const tensor = tensors.get(name)
      if (tensor === undefined) throw new TweedieError('shape', `the graph has no output '${name}'`)
      return [name, tensor] as const
    }),
  )
}
