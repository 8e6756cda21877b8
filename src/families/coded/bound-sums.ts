/** What the runs of a bound's program add up to, item by item. */
import { logAddExp } from '../../diffusion/discrete/log-space.ts'

/** What such a program gives, by name. */
export interface BoundRun {
  /** −log p(x | z), the mean over the draws, `[items]`. */
  readonly reconstruction: Float32Array
  /** The divergence of all codes, `[items]`; the mean over the draws where it depends on them. */
  readonly kl: Float32Array
  /** That of every number of a code, `[items, latents]`. */
  readonly klByDimension: Float32Array
  /** log p(x, z) − log q(z | x) of each draw, `[items · draws]`. */
  readonly logWeights: Float32Array
  /** The mean squared error of a reconstruction, `[items]`. */
  readonly squaredError: Float32Array
  /** The encoder's means, `[items, latents]`; of codes whose laws depend on other codes there are none. */
  readonly mean?: Float32Array | undefined
}

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
  readonly squaredError: Float64Array
  /** The encoder's means, `[count, latents]`. */
  readonly means: Float32Array
  readonly #reconstruction: Float64Array
  readonly #kl: Float64Array
  readonly #klByDimension: Float64Array
  readonly #drawn: Float64Array
  readonly #logWeight: Float64Array

  constructor(count: number, latents: number) {
    const items = (): Float64Array => new Float64Array(count)
    this.count = count
    this.latents = latents
    this.squaredError = items()
    this.means = new Float32Array(count * latents)
    this.#reconstruction = items()
    this.#kl = items()
    this.#klByDimension = new Float64Array(latents)
    this.#drawn = items()
    this.#logWeight = items().fill(-Infinity)
  }

  /** −log p(x | z), the mean over the draws. */
  get reconstruction(): Float64Array {
    return this.#reconstruction.map((sum, i) => sum / this.#drawn[i]!)
  }

  /** The divergence, the mean over the draws. */
  get kl(): Float64Array {
    return this.#kl.map((sum, i) => sum / this.#drawn[i]!)
  }

  /** That of each number of a code, the mean over items and draws. */
  get klByDimension(): Float64Array {
    const drawn = this.#drawn.reduce((sum, each) => sum + each, 0)
    return this.#klByDimension.map((sum) => sum / drawn)
  }

  /** −log (1/k) Σ p(x, z) / q(z | x) of k draws. */
  readonly importance = (draws: number): Float64Array => this.#logWeight.map((sum) => Math.log(draws) - sum)

  /** Adds a run. Its reconstruction and divergence are of all of its draws, also where not all of their weights count. */
  add(run: BoundRun, { first, now, draws, isFirst }: RunPart): void {
    const some = run.logWeights.length / run.kl.length
    for (let i = 0; i < now; i++) {
      const item = first + i
      for (let j = 0; j < this.latents; j++) {
        this.#klByDimension[j]! += run.klByDimension[i * this.latents + j]! * some
      }
      this.#reconstruction[item]! += run.reconstruction[i]! * some
      this.#kl[item]! += run.kl[i]! * some
      this.#drawn[item]! += some
      for (let k = 0; k < draws; k++) {
        this.#logWeight[item] = logAddExp(this.#logWeight[item]!, run.logWeights[i * some + k]!)
      }
      if (isFirst) this.#addItem(run, i, item)
    }
  }

  #addItem({ squaredError, mean }: BoundRun, i: number, item: number) {
    this.squaredError[item] = squaredError[i]!
    const at = i * this.latents
    if (mean) this.means.set(mean.subarray(at, at + this.latents), item * this.latents)
  }
}
