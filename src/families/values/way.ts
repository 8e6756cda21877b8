/** The trajectory from noise to items, step by step. */
import { itemSize } from '../../files/data/dataset.ts'
import type { Frame } from '../family.ts'
import { valueViews } from '../drawn-values.ts'
import type { GenerateProgress } from './generate.ts'
import type { Model } from './model.ts'

/** A step with its items, as the network has them. */
export interface ItemFrame extends Frame {
  readonly items: Float32Array
}

/** The trajectory, all batches side by side. */
export class Way {
  readonly #model: Model
  readonly #count: number
  readonly #steps: { readonly time: number; readonly items: Float32Array }[] = []

  constructor(model: Model, count: number) {
    this.#model = model
    this.#count = count
  }

  put({ step, firstItem, toItems }: GenerateProgress): void {
    const size = itemSize(this.#model.frame.item)
    const frame = (this.#steps[step.index] ??= { time: step.s, items: new Float32Array(this.#count * size) })
    frame.items.set(toItems(step.x), firstItem * size)
  }

  frames(): readonly ItemFrame[] {
    return this.#steps.map(({ time, items }) => ({ time, items, ...valueViews(this.#model, items) }))
  }
}
