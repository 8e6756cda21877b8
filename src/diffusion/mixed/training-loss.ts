/**
 * The loss of a network over rows, as a graph. For every row a time is picked and its free cells are corrupted to it; the network
 * sees all of them, gives v of each number and logits of each category, and
 *
 *     loss = mean over rows of 1/columns · [ Σ numbers (v − v̂)² + λ Σ categories nats of the bound ],
 *
 * both sums over free cells only: what is given, or missing, is no part of it.
 *
 * - TabDDPM: Modelling Tabular Data with Diffusion Models (Kotelnikov et al., 2022), section 3, https://arxiv.org/abs/2209.15421
 * - Progressive Distillation for Fast Sampling of Diffusion Models (Salimans & Ho, 2022), appendix D: v, https://arxiv.org/abs/2202.00512
 */
import { TweedieError } from '../../errors.ts'
import { add, input, mean, mul, split, sub, sum, type Tensor } from '../../engine/graph/index.ts'
import type { Dropout, Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { fold, type Key, normal, uniform } from '../../engine/random/index.ts'
import type { LossGraph } from '../denoise/objective.ts'
import { absorbingLoss } from '../discrete/absorbing-loss.ts'
import type { FedArrays, KernelLoss } from '../discrete/kernel-loss.ts'
import { uniformLoss } from '../discrete/uniform-loss.ts'
import { corruptRow } from './corrupt.ts'
import type { CategoryProcess, MixedProcess } from './process.ts'
import { cellsOf, copyRows, encodeRows, free, inputSize, type MixedRows, outputSize } from './rows.ts'
import { mixedTime } from './time.ts'

/** Times 0 … 1 are 0 … 1000 to a network, whose features tell apart times that differ by about one. */
export const networkTime = 1000

/**
 * The loss of `batch` rows. Its inputs are those of {@link mixedFeeds}.
 *
 * @param dropout how the network drops activations; it drops none unless it is told how
 * @throws TweedieError `shape` for a network of other sizes than the rows have
 */
export function mixedLoss(
  network: Network,
  scope: Scope,
  batch: number,
  process: MixedProcess,
  dropout?: Dropout,
): LossGraph {
  requireSizes(network, process)
  const { numbers, columns } = process
  const output = network.build(scope, { x: input('x', [batch, inputSize(process)]), t: input('t', [batch]), dropout })
  const sizes = [...(numbers > 0 ? [numbers] : []), ...columns.map(({ categories }) => categories)]
  const outputs = split(output, 1, sizes)
  const parts: Tensor[] = []
  if (numbers > 0) {
    const error = sub(outputs.shift()!, input('v', [batch, numbers]))
    parts.push(sum(mul(mul(error, error), input('weight', [batch, numbers])), 1))
  }
  columns.forEach((column, c) => parts.push(lossOf(column, c).graph(outputs[c]!, batch)))
  const itemLoss = parts.reduce((total, each) => add(total, each))
  return { loss: mean(itemLoss), itemLoss }
}

/** Empty arrays for the inputs of {@link mixedLoss}, by name. */
export function mixedFeeds(process: MixedProcess, batch: number): FedArrays {
  const { numbers, columns } = process
  return {
    x: new Float32Array(batch * inputSize(process)),
    t: new Float32Array(batch),
    ...(numbers > 0 && { v: new Float32Array(batch * numbers), weight: new Float32Array(batch * numbers) }),
    ...Object.assign({}, ...columns.map((column, c) => lossOf(column, c).arrays(batch, 1))),
  }
}

/**
 * Corrupts a batch and fills all inputs of its loss.
 *
 * @param clean rows, of which free cells are learned
 * @param shares u in [0, 1) for each row, which pick the times; best stratified
 * @param noise decides what cells become
 * @param weight λ, of categories beside numbers
 */
export function fillMixed(
  process: MixedProcess,
  feeds: FedArrays,
  clean: MixedRows,
  shares: ArrayLike<number>,
  noise: Key,
  weight = 1,
): void {
  const { numbers, columns, schedule } = process
  const width = cellsOf(process)
  const normals = normal(fold(noise, 'numbers'), new Float64Array(clean.numbers.length))
  const uniforms = uniform(fold(noise, 'categories'), new Float64Array(clean.categories.length))
  const noisy = copyRows(clean)
  const terms = Array.from({ length: shares.length }, (_, row) => mixedTime(shares[row]!))
  for (const [row, { t }] of terms.entries()) {
    corruptRow(process, clean, row, t, { normals, uniforms }, noisy)
    feeds.t![row] = networkTime * t
    const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
    for (let i = 0; i < numbers; i++) {
      const at = row * numbers + i
      const isFree = clean.cells[row * width + i] === free
      feeds.v![at] = isFree ? alpha * normals[at]! - sigma * clean.numbers[at]! : 0
      feeds.weight![at] = isFree ? 1 / width : 0
    }
  }
  const { objective } = process.spec.categories
  columns.forEach((column, c) => {
    const loss = lossOf(column, c)
    const isFree = (row: number): boolean => clean.cells[row * width + numbers + c] === free
    // what is no part of the loss still has a place in its arrays, with the weight 0
    const of = (rows: MixedRows): Int32Array =>
      Int32Array.from(terms, (_, row) => (isFree(row) ? rows.categories[row * columns.length + c]! : 0))
    const [x0, xt] = [of(clean), of(noisy)]
    for (const [row, term] of terms.entries()) {
      const share = isFree(row) ? weight / width : 0
      const shares = {
        bound: objective === 'cross-entropy' ? 0 : share,
        crossEntropy: objective === 'bound' ? 0 : share * (process.spec.categories.lambda ?? 1),
      }
      loss.fill(feeds, { item: row, from: row, to: row + 1, term, x0, xt, shares })
    }
  })
  encodeRows(process, noisy, feeds.x as Float32Array)
}

/** The loss of a column; the names of its inputs begin with its number. */
function lossOf(column: CategoryProcess, c: number): KernelLoss {
  const prefix = `column-${c}-`
  return column.kind === 'absorbing' ? absorbingLoss(column, prefix) : uniformLoss(column, prefix)
}

function requireSizes(network: Network, process: MixedProcess): void {
  const [sees, gives] = [inputSize(process), outputSize(process)]
  if (network.inputShape.join() === String(sees) && network.outputShape.join() === String(gives)) return
  throw new TweedieError(
    'shape',
    `the network takes [${network.inputShape.join(', ')}] and gives [${network.outputShape.join(', ')}]`,
    {
      hint: `rows of ${process.numbers} numbers and ${process.columns.length} categories need [${sees}] and [${gives}]`,
    },
  )
}
