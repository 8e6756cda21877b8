/** Muon: momentum, orthogonalised. */
import { orthogonalised } from '../descent/newton-schulz.ts'
import { input } from '../graph/index.ts'
import { advanceAdamw } from '../optim/adamw.ts'
import { adamOfMuon, type MatrixPlace, muonFactor, type MuonOptions, muonPlaces } from '../optim/muon-options.ts'
import { measured, type Pass } from '../optim/optimizer.ts'
import { zerosTogether } from '../optim/simd/memory.ts'
import { compile } from '../runtime/program.ts'
import type { BoundRun } from '../runtime/session.ts'
import type { TensorOptimizer } from './tensor-optimizer.ts'

/**
 * Muon. Of a matrix between hidden features (a weight of a linear layer, or of a convolution as `[out, in · taps]`), with the
 * gradient g and the learning rate η,
 *
 *     m ← μ m + g          u = g + μ m  (Nesterov's; else m)
 *     θ ← (1 − η λ) θ − 0.2 √max(rows, columns) η O(u)
 *
 * where O makes all singular values about 1 (`orthogonalised` of `descent/`): no direction of the matrix is left behind because its
 * gradient is small. Everything else (biases, norms, tables, the first and the last layer: `isHiddenMatrix`) is
 * moved by AdamW with the same η and λ. The factor makes matrices move as far as they would under AdamW.
 *
 * Slots: `m`; `v`, which is zero for matrices. The products run as a graph of the engine, matrices with one shorter side together.
 * Jordan et al., Muon: An optimizer for hidden layers in neural networks (2024); Liu et al., Muon is Scalable for LLM Training,
 * arXiv:2502.16982 (2025).
 *
 * @throws TweedieError `usage` for options that make no sense
 * @example
 * for await (const event of train({ spec, dataset, engine, optimizer: muon({ momentum: 0.9 }) })) …
 */
export function muon(options: MuonOptions = {}): TensorOptimizer {
  const { momentum = 0.95, nesterov = true, iterations } = options
  const adam = adamOfMuon(options)
  return Object.freeze<TensorOptimizer>({
    name: 'muon',
    init: (size) => ({ step: 0, slots: { m: new Float32Array(size), v: new Float32Array(size) } }),
    async forTensors(tensors, engine, { threads } = {}) {
      const { matrices, others } = muonPlaces(tensors, options)
      const inputs = matrices.map(({ name, rows, columns }) => input(name, [rows, columns]))
      const outputs = orthogonalised(inputs, { iterations, factors: matrices.map(muonFactor) })
      const program =
        matrices.length > 0
          ? await compile(
              Object.fromEntries(matrices.map(({ name }, i) => [directionOf + name, outputs[i]!])),
              engine,
              {
                device: 'cpu',
                ...(threads !== undefined && { threads }),
              },
            )
          : undefined
      const size = tensors.reduce((end, { shape }) => end + shape.reduce((all, each) => all * each, 1), 0)
      const { directions } = zerosTogether({ directions: size }, engine.room)
      let bound: { readonly of: Float32Array; readonly run: BoundRun } | undefined
      const runOn = (gradients: Float32Array): BoundRun | undefined => {
        if (program === undefined || bound?.of === gradients) return bound?.run
        bound?.run.dispose()
        bound = {
          of: gradients,
          run: program.bind(viewsOf('', gradients, matrices), viewsOf(directionOf, directions, matrices)),
        }
        return bound.run
      }
      const dispose = (): void => {
        bound?.run.dispose()
        program?.dispose()
      }
      return {
        name: 'muon',
        async update(params, gradients, state, rate, update = {}) {
          const { norm, pass } = measured(params, gradients, state, update)
          if (pass === undefined) return norm
          state.step++
          const { m, v } = state.slots as { m: Float32Array; v: Float32Array }
          const running = prepared(pass, m, matrices, momentum, nesterov, runOn(gradients))
          advanceAdamw(pass, { m, v, step: state.step }, others, rate, adam)
          await running
          for (const place of matrices) move(pass, directions, place, rate, 1 - rate * adam.weightDecay)
          return norm
        },
        dispose,
        [Symbol.dispose]: dispose,
      }
    },
  })
}

/** Momentum and look-ahead of the matrices, the latter in place of their gradients; begins to orthogonalise them. */
function prepared(
  { gradients, scale }: Pass,
  m: Float32Array,
  matrices: readonly MatrixPlace[],
  momentum: number,
  nesterov: boolean,
  run: BoundRun | undefined,
): Promise<void> | undefined {
  const [own, past] = nesterov ? [1, momentum] : [0, 1]
  for (const { from, to } of matrices) {
    for (let i = from; i < to; i++) {
      const g = gradients[i]! * scale
      const now = Math.fround(momentum * m[i]! + g)
      m[i] = now
      gradients[i] = own * g + past * now
    }
  }
  return run?.run()
}

/** Moves a matrix along its direction, and the average after it. */
function move(
  { params, average, follow }: Pass,
  directions: Float32Array,
  { from, to }: MatrixPlace,
  rate: number,
  kept: number,
): void {
  for (let i = from; i < to; i++) {
    const moved = Math.fround(kept * params[i]! - rate * directions[i]!)
    params[i] = moved
    average[i]! += follow * (moved - average[i]!)
  }
}

const directionOf = 'direction:'

function viewsOf(prefix: string, flat: Float32Array, matrices: readonly MatrixPlace[]): Record<string, Float32Array> {
  return Object.fromEntries(matrices.map(({ name, from, to }) => [prefix + name, flat.subarray(from, to)]))
}
