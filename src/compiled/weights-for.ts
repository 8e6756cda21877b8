/**
 * The weights of a model for a network that is to be trained further: matching weights are used, and the others are
 * reported.
 */
import { TweedieError } from '../errors.ts'
import { type Layout, type NamedArray, sharedPrefix } from '../engine/nn/layout.ts'
import type { Network } from '../engine/nn/network.ts'

/** Weights to begin with. */
export interface StartingWeights {
  /** All parameters in the layout of the network. */
  readonly weights: Float32Array
  /** What was not used, in plain sentences. */
  readonly notes: readonly string[]
}

/** Parameters that depend on the data: with other classes they are initialised again. */
const ofClasses = /^class_embedding\./
const mostListed = 10

/**
 * Fills a network with a model's weights. A prefix that all names share is left out, and names of older conventions are understood.
 * The class embedding is initialised again if the number of classes differs.
 *
 * @param network the one that is to be trained; `layout` its parameters
 * @param source the model's weights by name, such as `ModelFolder.weights`
 * @param initial freshly initialised parameters, for those that the model does not provide
 * @throws TweedieError `model` that lists what is missing, unknown or of another shape
 * @example
 * const { weights, notes } = weightsFor(network, layout, folder.weights, initialize(layout, key(0)))
 */
export function weightsFor(
  { rename = (name) => name }: Pick<Network, 'rename'>,
  layout: Layout,
  source: ReadonlyMap<string, NamedArray>,
  initial: Float32Array,
): StartingWeights {
  const wanted = new Map(layout.specs.map(({ name, shape }) => [name, shape]))
  const prefix = sharedPrefix([...source.keys()], (name) => wanted.has(rename(name)))
  const renamed = new Map(Array.from(source, ([name, array]) => [rename(name.slice(prefix.length)), array]))
  const notes = prefix === '' ? [] : [`all names of weights begin with ${prefix}, which is left out`]
  const complaints: string[] = []
  const weights = initial.slice()
  for (const [name, shape] of wanted) {
    const array = renamed.get(name)
    const fits = array && array.shape.length === shape.length && array.shape.every((size, i) => size === shape[i])
    const got = array ? `[${array.shape.join(', ')}]` : 'missing'
    if (fits) weights.set(array.data, layout.offset(name))
    else if (ofClasses.test(name))
      notes.push(`${name} is initialised again: [${shape.join(', ')}] is wanted, the model's is ${got}`)
    else complaints.push(`${name}: ${array ? `expected shape [${shape.join(', ')}], got ${got}` : 'missing'}`)
  }
  for (const name of renamed.keys()) {
    if (wanted.has(name)) continue
    if (ofClasses.test(name)) notes.push(`${name} is left out: the network has no classes`)
    else complaints.push(`${name}: unknown`)
  }
  if (complaints.length === 0) return { weights, notes }
  const rest = complaints.length > mostListed ? `; and ${complaints.length - mostListed} more` : ''
  throw new TweedieError(
    'model',
    `${complaints.length} weights of the model do not fit the network: ${complaints.slice(0, mostListed).join('; ')}${rest}`,
    { hint: "train the model's own network further: leave out options that change it" },
  )
}
