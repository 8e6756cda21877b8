/** What the runs of a bound's program add up to, item by item. */
import { logAddExp } from '../../diffusion/discrete/log-space.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { BoundOutput } from './bound-program.ts'

/** Which items a run is of, and which of their draws. */
export interface RunPart {
  readonly first: number
  /** Items that count; the others fill the batch up. */
  readonly now: number
  /** Draws that count. */
  readonly draws: number
  /** Whether these are the first draws of the items. */
  readonly isFirst: boolean
}

/** Sums over the draws of every item. */
export class BoundSums {
  readonly count: number
  /** Numbers in a code. */
  readonly latents: number
  readonly kl: Float64Array
  readonly squaredError: Float64Array
  /** The encoder's means, `[count, latents]`. */
  readonly means: Float32Array
  /** The mean over items of the divergence of each dimension, or channel. */
  readonly klByLatent: Float64Array
  readonly #reconstruction: Float64Array
  readonly #drawn: Float64Array
  readonly #logWeight: Float64Array

  constructor(count: number, latentShape: readonly number[]) {
    const items = (): Float64Array => new Float64Array(count)
    this.count = count
    this.latents = itemSize(latentShape)
    this.kl = items()
    this.squaredError = items()
    this.means = new Float32Array(count * this.latents)
    this.klByLatent = new Float64Array(latentShape[0]!)
    this.#reconstruction = items()
    this.#drawn = items()
    this.#logWeight = items().fill(-Infinity)
  }

  /** −log p(x | z), the mean over the draws. */
  get reconstruction(): Float64Array {
    return this.#reconstruction.map((sum, i) => sum / this.#drawn[i]!)
  }

  /** −log (1/k) Σ p(x, z) / q(z | x) of k draws. */
  readonly importance = (draws: number): Float64Array => this.#logWeight.map((sum) => Math.log(draws) - sum)

  /** Adds a run. Its reconstruction term is of all of its draws, also where not all of their weights count. */
  add(run: Readonly<Record<BoundOutput, Float32Array>>, { first, now, draws, isFirst }: RunPart): void {
    const some = run.logWeights.length / run.kl.length
    for (let i = 0; i < now; i++) {
      const item = first + i
      this.#reconstruction[item]! += run.reconstruction[i]! * some
      this.#drawn[item]! += some
      for (let k = 0; k < draws; k++) {
        this.#logWeight[item] = logAddExp(this.#logWeight[item]!, run.logWeights[i * some + k]!)
      }
      if (isFirst) this.#addItem(run, i, item)
    }
  }

  #addItem(
    { kl, squaredError, mean, klByDimension }: Readonly<Record<BoundOutput, Float32Array>>,
    i: number,
    item: number,
  ) {
    this.kl[item] = kl[i]!
    this.squaredError[item] = squaredError[i]!
    const at = i * this.latents
    this.means.set(mean.subarray(at, at + this.latents), item * this.latents)
    const each = this.latents / this.klByLatent.length
    for (let j = 0; j < this.latents; j++) this.klByLatent[Math.floor(j / each)]! += klByDimension[at + j]! / this.count
  }
}
