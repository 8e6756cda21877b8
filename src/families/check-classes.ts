/** Whether a network knows the classes of the data. */
import { classesOf } from '../engine/nn/condition-spec.ts'
import type { Network } from '../engine/nn/network.ts'
import { TweedieError } from '../errors.ts'

/** Refuses a network that has too few classes for the data, or classes where the data have none. */
export function checkClasses(labelDropout: number, network: Network, classes: number): void {
  const known = classesOf(network)
  if (known === 0) return
  if (classes === 0) {
    throw new TweedieError('usage', `the network expects ${known} classes, but the data have no labels`, {
      hint: 'put the images of each class into a folder of its own, or leave num_class_embeds out',
    })
  }
  const needed = classes + Number(labelDropout > 0)
  if (known < needed) {
    const extra = labelDropout > 0 ? ' and one more for "no class"' : ''
    throw new TweedieError('usage', `the network has ${known} class embeddings, the data ${classes} classes${extra}`, {
      hint: `num_class_embeds ${needed}${extra && ', or `labelDropout: 0`'}`,
    })
  }
}
