/// <reference lib="esnext.disposable" preserve="true" />
/** A trained flow from latents to items: its stages compiled with the weights built in, sequential ones run round by round. */
import type { Conditions } from '../diffusion/denoise/denoiser.ts'
import { type Stage, stagesOf } from '../diffusion/flow/stages.ts'
import { input, sizeOf } from '../engine/graph/index.ts'
import { conditionArrays, conditionInputs } from '../engine/nn/condition-spec.ts'
import { Scope } from '../engine/nn/parameters.ts'
import { compile, type Program } from '../engine/runtime/program.ts'
import type { Engine } from '../engine/runtime/session.ts'
import { TweedieError } from '../errors.ts'
import { throwIfAborted } from '../interrupted.ts'
import { feedConditions } from './condition-feeds.ts'
import { type FlowOptions, type FlowWeights, weightsOf } from './flow-density.ts'
import { turns } from './turns.ts'

/** What a call is told, and what it depends on. */
export interface InverseContext {
  readonly conditions?: Conditions | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each call of a graph: how many were made, of at most how many. */
  readonly onRound?: ((done: number, most: number) => void) | undefined
}

/** A compiled way back. Calls may overlap, and then take turns. */
export interface FlowInverse extends Disposable {
  readonly batch: number
  /** At most so many calls of a graph for a batch. */
  readonly rounds: number
  /**
   * The items `[items, ...inputShape]` of up to `batch` latents `[items, D]`.
   *
   * @throws TweedieError `shape`, `usage`, `interrupted`; `diverged` for items that are not finite
   */
  of(latents: Float32Array, context?: InverseContext): Promise<Float32Array>
  dispose(): void
}

/**
 * Compiles it. A sequential stage begins at zeros and stops as soon as a round changes nothing: the result is the same as after all
 * rounds, whatever the batch.
 *
 * @example
 * using inverse = await flowInverse(model, engine, { batch: 16 })
 * const items = await inverse.of(normal(key(0), new Float32Array(16 * 2)))
 */
export async function flowInverse(model: FlowWeights, engine: Engine, options: FlowOptions): Promise<FlowInverse> {
  const { batch, ...session } = options
  const { network } = model
  const stages = stagesOf(network.bijection)
  const programs: Program[] = []
  const release = (): void => programs.splice(0).forEach((program) => program.dispose())
  try {
    for (const stage of stages) programs.push(await compileStage(model, stage, batch, engine, session))
  } catch (error) {
    release()
    throw error
  }
  const size = sizeOf(network.inputShape)
  const most = stages.reduce((sum, { rounds }) => sum + rounds, 0)
  const conditioning = conditionArrays(network.conditions, batch)
  const { take, close } = turns('the flow', release)
  return {
    batch,
    rounds: most,
    async of(latents, { conditions, signal, onRound } = {}) {
      const count = latents.length / size
      if (!Number.isInteger(count) || count > batch) {
        throw new TweedieError('shape', `${latents.length} values for up to ${batch} latents of ${size}`)
      }
      return take(async () => {
        feedConditions(model, conditioning, conditions, count)
        let y = new Float32Array(batch * size)
        y.set(latents)
        let before = 0
        for (const [i, stage] of stages.entries()) {
          let x = new Float32Array(batch * size)
          for (let round = 0; round < stage.rounds; round++) {
            throwIfAborted(signal)
            const results = await programs[i]!.run({ ...conditioning, y, x }, {}, signal ? { signal } : {})
            const next = results['out'] as Float32Array<ArrayBuffer>
            const settled = stage.rounds > 1 && same(next, x)
            x = next
            onRound?.(before + round + 1, most)
            if (settled) break
          }
          before += stage.rounds
          y = x
        }
        onRound?.(most, most)
        const items = y.slice(0, count * size)
        if (items.every(Number.isFinite)) return items
        throw new TweedieError('diverged', 'items of a flow are not finite', {
          hint: 'a lower `temperature`, or train with a lower `rate`',
        })
      }, signal)
    },
    dispose: close,
    [Symbol.dispose]: close,
  }
}

async function compileStage(
  model: FlowWeights,
  { from, to, step }: Stage,
  batch: number,
  engine: Engine,
  session: Omit<FlowOptions, 'batch'>,
): Promise<Program> {
  const { network } = model
  const scope = new Scope()
  const [y, x] = [input('y', [batch, ...from]), input('x', [batch, ...to])]
  const context = network.contextOf(scope, { x, conditions: conditionInputs(network.conditions, batch) })
  const out = step(scope.child('flow'), y, x, context)
  const known = new Set(scope.specs.map(({ name }) => name))
  const constants = new Map([...weightsOf(model)].filter(([name]) => known.has(name)))
  return compile({ out }, engine, { ...session, constants })
}

function same(a: Float32Array, b: Float32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
