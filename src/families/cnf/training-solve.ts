/**
 * The solve that is trained: one graph, or a loop over compiled steps where that graph would be too large. The inner points of the grid
 * are shifted together, by up to half a step, anew in each training step: a field could otherwise learn what suits the few times that a
 * fixed grid looks at, and its exact likelihood would be another one.
 */
import { fieldGraph } from '../../compiled/field.ts'
import { stepwiseFlow } from '../../compiled/stepwise-flow.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { flowLoss, type FlowLossOptions, wantedIntegrals } from '../../diffusion/ode-flow/flow-loss.ts'
import { solveGraph, stepGraph } from '../../diffusion/ode-flow/solve-graph.ts'
import { fixedSolvers } from '../../diffusion/ode-flow/solve.ts'
import { add, constant, input, mul, slice, topological } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import type { Network } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import type { OwnStep } from '../../tools/train/problem.ts'
import type { FlowSpec } from './flow-spec.ts'

/** A field, and how it is solved in training. */
export interface TrainingSolve {
  readonly network: Network
  readonly layout: Layout
  readonly flow: FlowSpec
  readonly loss: FlowLossOptions
}

/** With more operators than this between data and loss, compiling one graph takes minutes. */
export const mostOperators = 20_000

/** The loss of so many items, unrolled. Inputs: `x0`, `shift` `[items]`, `probe`, and the network's conditions. */
export function unrolledLoss(solve: TrainingSolve, scope: Scope, items: number): LossGraph {
  const { flow, loss, network } = solve
  const field = fieldGraph(network, scope, items, flow.timeScale)
  const shift = slice(input('shift', [items]), 0, 0, 1)
  return flowLoss(
    solveGraph(field, dataOf(network, items), shiftedGrid(flow.steps, shift), optionsOf(solve, items)),
    loss,
  )
}

/** A step of the solve, alone. */
function oneStep(solve: TrainingSolve, items: number): readonly Tensor[] {
  const field = fieldGraph(solve.network, new Scope(), items, solve.flow.timeScale)
  const [t, h] = [input('t', [1]), input('h', [1])]
  const { x, integrals } = stepGraph(field, dataOf(solve.network, items), t, h, optionsOf(solve, items))
  return [x, ...Object.values(integrals)]
}

/** The loop, if one graph would have too many operators. */
export function ownStep(solve: TrainingSolve): OwnStep | undefined {
  const operators = topological(oneStep(solve, 1)).length * solve.flow.steps
  if (operators <= mostOperators) return undefined
  return stepwise(solve)
}

/** Loss and gradients by the loop. */
export function stepwise(solve: TrainingSolve): OwnStep {
  const { network, layout, flow, loss } = solve
  return {
    kept: (items) => oneStep(solve, items),
    compile: (items, share, engine, options) =>
      stepwiseFlow(
        {
          field: (scope, count) => fieldGraph(network, scope, count, flow.timeScale),
          shape: network.inputShape,
          items,
          layout,
          tableau: fixedSolvers[flow.solver],
          probed: flow.trace !== 'exact',
          grid: {
            inputs: { shift: input('shift', [items]) },
            times: ({ shift }) => shiftedTimes(flow.steps, shift![0]!),
          },
          loss,
          share,
        },
        engine,
        options,
      ),
  }
}

/** 0, (i + shift) / n …, 1. */
export function shiftedTimes(steps: number, shift: number): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => (i === 0 || i === steps ? i / steps : (i + shift) / steps))
}

function shiftedGrid(steps: number, shift: Tensor): Tensor[] {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const time = constant(Float32Array.of(i / steps), [1])
    return i === 0 || i === steps ? time : add(time, mul(shift, 1 / steps))
  })
}

function dataOf(network: Network, items: number): Tensor {
  return input('x0', [items, ...network.inputShape])
}

function optionsOf({ network, flow, loss }: TrainingSolve, items: number) {
  const probe = flow.trace === 'exact' ? undefined : input('probe', [items, ...network.inputShape])
  return { tableau: fixedSolvers[flow.solver], probe, wanted: wantedIntegrals(loss) }
}
