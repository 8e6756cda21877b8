/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The loss of a continuous flow and its gradients by a loop over compiled steps, where the solve is too long for one graph: the steps are made
 * one after another, their states are kept, and then each step's vector–Jacobian product carries the gradient back. It is the gradient of
 * the same discrete solve, to rounding; memory grows with the states alone. (For the continuous adjoint it would not be: see
 * https://arxiv.org/abs/2005.13420.)
 */
import type { FieldGraph } from '../diffusion/ode-flow/field.ts'
import { type FlowLossOptions, integralWeights, wantedIntegrals } from '../diffusion/ode-flow/flow-loss.ts'
import { type Integrand, stepGraph } from '../diffusion/ode-flow/solve-graph.ts'
import type { Tableau } from '../diffusion/sample/runge-kutta.ts'
import { add, gradients, input, mul, sizeOf, sum } from '../engine/graph/index.ts'
import type { Tensor } from '../engine/graph/index.ts'
import type { Layout } from '../engine/nn/layout.ts'
import { Scope } from '../engine/nn/parameters.ts'
import { type Arrays, compile, type Program } from '../engine/runtime/program.ts'
import type { BoundRun, Engine, SessionOptions } from '../engine/runtime/session.ts'

/** A solve to be differentiated. */
export interface StepwiseFlow {
  /** The field of so many items, its parameters declared in the scope; its inputs are fed. */
  readonly field: (scope: Scope, items: number) => FieldGraph
  /** One item. */
  readonly shape: readonly number[]
  readonly items: number
  readonly layout: Layout
  readonly tableau: Tableau
  /** Whether probes are fed as `probe`; if not, traces are exact. */
  readonly probed: boolean
  /** The times of the solve, and the feeds that they depend on. */
  readonly grid: {
    readonly inputs: Readonly<Record<string, Tensor>>
    readonly times: (feeds: Arrays) => readonly number[]
  }
  readonly loss: FlowLossOptions
  /** The factor of the items' mean loss. */
  readonly share: number
}

/** What is known of one step: the state and the integrals of the next point. */
interface StepGraphs {
  readonly forward: Readonly<Record<string, Tensor>>
  readonly backward: Readonly<Record<string, Tensor>>
}

/**
 * Compiles the step and its vector–Jacobian product, as a program from `x0`, the other feeds and the parameters to `loss`, `itemLoss` `[items]`
 * and `gradient:NAME` of every parameter.
 */
export async function stepwiseFlow(
  flow: StepwiseFlow,
  engine: Engine,
  options: Pick<SessionOptions, 'device' | 'threads' | 'meanwhile'> = {},
): Promise<Program> {
  const { items, shape, layout, loss } = flow
  const wanted = wantedIntegrals(loss)
  const graphs = graphsOf(flow, wanted)
  const { meanwhile, ...session } = options
  const forward = await compile(graphs.forward, engine, { ...session, ...(meanwhile && { meanwhile }) })
  const backward = await compile(graphs.backward, engine, session)
  const fed = new Map([...forward.inputs, ...backward.inputs])
  for (const name of ['x', 't', 'h', 'cotangent']) fed.delete(name)
  const outputs = new Map<string, Tensor>([
    ['loss', input('loss', [])],
    ['itemLoss', input('itemLoss', [items])],
    ...layout.specs.map((spec) => [`gradient:${spec.name}`, input(spec.name, spec.shape)] as const),
  ])
  const dispose = (): void => {
    forward.dispose()
    backward.dispose()
  }
  const bind = (feeds: Arrays, into: Arrays): BoundRun => bindSolve({ flow, wanted, forward, backward, feeds, into })
  return {
    inputs: new Map([...fed, ...Object.entries(flow.grid.inputs), ['x0', input('x0', [items, ...shape])]]),
    outputs,
    session: forward.session,
    async run(feeds, into = {}) {
      const arrays = Object.fromEntries(
        Array.from(outputs, ([name, tensor]) => [name, into[name] ?? new Float32Array(sizeOf(tensor.shape))]),
      )
      using bound = bind(feeds, arrays)
      await bound.run()
      return arrays
    },
    bind,
    dispose,
    [Symbol.dispose]: dispose,
  }
}

/** x̄ᵀ x(t + h) + Σ w ∫ of one step has the gradients that the step hands back. */
function graphsOf(flow: StepwiseFlow, wanted: readonly Integrand[]): StepGraphs {
  const { items, shape, layout, tableau, probed, loss, share } = flow
  const size = sizeOf(shape)
  const all = [items, ...shape]
  const scope = new Scope()
  const [x, t, h] = [input('x', all), input('t', [1]), input('h', [1])]
  const probe = probed ? input('probe', all) : undefined
  const next = stepGraph(flow.field(scope, items), x, t, h, { tableau, probe, wanted })
  const weights = integralWeights(loss, size)
  const parts = wanted.map((name) => mul(sum(next.integrals[name]!), (share * weights[name]) / items))
  const value = parts.reduce((total, each) => add(total, each), sum(mul(next.x, input('cotangent', all))))
  const parameters = layout.specs.map(({ name, shape: of, init }) => scope.parameter(name, of, init))
  const [carried, ...found] = gradients(value, [x, ...parameters])
  return {
    forward: { next: next.x, ...next.integrals },
    backward: {
      carried: carried!,
      ...Object.fromEntries(layout.specs.map(({ name }, i) => [`gradient:${name}`, found[i]!])),
    },
  }
}

interface Solve {
  readonly flow: StepwiseFlow
  readonly wanted: readonly Integrand[]
  readonly forward: Program
  readonly backward: Program
  readonly feeds: Arrays
  readonly into: Arrays
}

function bindSolve({ flow, wanted, forward, backward, feeds, into }: Solve): BoundRun {
  const { items, shape, layout, loss, share } = flow
  const { unit = 1, stretch = 0 } = loss
  const size = sizeOf(shape)
  const array = (): Float32Array => new Float32Array(items * size)
  const [x, next, cotangent, carried] = [array(), array(), array(), array()]
  const [t, h] = [new Float32Array(1), new Float32Array(1)]
  const parts = Object.fromEntries(wanted.map((name) => [name, new Float32Array(items)]))
  const found = layout.specs.map(({ name, shape: of }) => [`gradient:${name}`, new Float32Array(sizeOf(of))] as const)
  const given = { ...feeds, x, t, h, cotangent }
  const up = forward.bind(given, { next, ...parts })
  const down = backward.bind(given, { carried, ...Object.fromEntries(found) })
  const weights = integralWeights(loss, size)
  const states: Float32Array[] = []
  const dispose = (): void => {
    up.dispose()
    down.dispose()
  }
  return {
    async run() {
      const times = flow.grid.times(feeds)
      const itemLoss = new Float64Array(items)
      x.set(feeds.x0!)
      for (let step = 0; step + 1 < times.length; step++) {
        ;(states[step] ??= array()).set(x)
        t[0] = times[step]!
        h[0] = times[step + 1]! - times[step]!
        await up.run()
        for (const name of wanted) {
          for (let item = 0; item < items; item++) itemLoss[item]! += weights[name] * parts[name]![item]!
        }
        x.set(next)
      }
      for (let i = 0; i < x.length; i++) {
        itemLoss[Math.floor(i / size)]! += (unit * x[i]! ** 2) / 2
        cotangent[i] = (share * unit * x[i]!) / items
      }
      const rest = unit * (stretch + (size * Math.log(2 * Math.PI)) / 2)
      ;(into.itemLoss as Float32Array).set(itemLoss.map((each) => each + rest))
      into.loss![0] = share * (itemLoss.reduce((sum_, each) => sum_ + each, 0) / items + rest)
      for (const [name] of found) into[name]!.fill(0)
      for (let step = times.length - 2; step >= 0; step--) {
        x.set(states[step]!)
        t[0] = times[step]!
        h[0] = times[step + 1]! - times[step]!
        await down.run()
        cotangent.set(carried)
        for (const [name, part] of found) {
          const total = into[name]!
          for (let i = 0; i < part.length; i++) total[i]! += part[i]!
        }
      }
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}
